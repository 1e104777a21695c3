import HearthEngine
import HearthModel
import Testing

/// What every store does, as `Store` and its parts document it. Each test runs on every store.
@Suite("Every store")
enum StoreConformance {}
