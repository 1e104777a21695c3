package import HearthSQLite
package import HearthTesting

extension SQLiteStore.Options {
  /// Settings that bring a store into more states than the usual ones: a cache that is too small for a transaction, so
  /// that pages are written before it is committed; a log that is copied at every occasion or hardly ever; nothing
  /// remembered.
  package static func byChance(_ random: inout SeededGenerator) -> SQLiteStore.Options {
    var options = SQLiteStore.Options()
    options.checkpointPages = random.pick([1, 8, 40, 150, 1000])
    options.writerCacheBytes = random.pick([32 << 10, 256 << 10, 64 << 20])
    options.logBytesMax = random.pick([32 << 10, 64 << 20])
    if random.oneIn(3) {
      (options.recordCountMax, options.householdCountMax, options.statementCountMax) = (4, 2, 4)
    }
    return options
  }
}
