/// The tables that every Hearth database has, whatever its apps. No pack name begins with `hearth`, so that the prefix
/// keeps them apart from the tables of collections.
///
/// There is no row for a household's head and none for a replica's progress: both stand in the last change of each
/// replica, and a row that is written with every commit costs a page of the log each time.
enum HubTables {
  static let all = [
    households, lives, lifeStarts, devices, devicesByHousehold, installs, changes, remnants, gravestones, renewed,
    decisions, references, uniques, packs, catalogues,
  ]

  /// Households by the number under which all other rows know them: a UUID would cost 16 bytes in each row and index.
  private static let households = """
    CREATE TABLE hearth_households (
      number INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      app TEXT NOT NULL,
      label TEXT NOT NULL,
      horizon INTEGER NOT NULL DEFAULT 0 -- the last revision of a deleted record that has been collected
    ) STRICT
    """

  /// A row for each time that a hub has opened the database; the newest are kept.
  private static let lives = """
    CREATE TABLE hearth_lives (
      number INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL -- 64 random bits
    ) STRICT
    """

  /// Where the revisions of a household pass from one life to the next; none for a life in which it did not change.
  private static let lifeStarts = """
    CREATE TABLE hearth_life_starts (
      household INTEGER NOT NULL,
      life INTEGER NOT NULL, -- hearth_lives.number
      revision INTEGER NOT NULL, -- the first of the household's in this life
      PRIMARY KEY (household, life)
    ) STRICT, WITHOUT ROWID
    """

  private static let devices = """
    CREATE TABLE hearth_devices (
      number INTEGER PRIMARY KEY,
      id BLOB NOT NULL UNIQUE,
      household INTEGER NOT NULL, -- hearth_households.number
      member BLOB NOT NULL, -- id in the collection of members
      name TEXT NOT NULL,
      token_hash BLOB NOT NULL UNIQUE -- SHA-256
    ) STRICT
    """

  private static let devicesByHousehold = "CREATE INDEX hearth_devices_household ON hearth_devices (household)"

  private static let installs = """
    CREATE TABLE hearth_installs (
      household INTEGER NOT NULL,
      replica INTEGER NOT NULL,
      device BLOB NOT NULL,
      incarnation INTEGER NOT NULL,
      acknowledged INTEGER NOT NULL DEFAULT 0, -- revision up to which it has everything
      heard INTEGER NOT NULL DEFAULT 0, -- when it said so last, in milliseconds since 1970
      PRIMARY KEY (household, replica),
      UNIQUE (household, device, incarnation)
    ) STRICT, WITHOUT ROWID
    """

  /// What was decided. `revision` is what the outcome says; `head` is the household's head after the row, which a
  /// rejection or a repetition under another number leaves as it was.
  ///
  /// The last row of each replica is never collected: it holds the replica's counter and stamp, and the largest `head`
  /// among these rows is the head of the household.
  private static let changes = """
    CREATE TABLE hearth_changes (
      household INTEGER NOT NULL,
      replica INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      head INTEGER NOT NULL,
      at INTEGER NOT NULL, -- milliseconds since 1970 in UTC
      stamp INTEGER NOT NULL, -- milliseconds << 16 | logical counter
      clock_offset INTEGER NOT NULL, -- milliseconds that the device's clock was ahead
      member BLOB,
      rank INTEGER NOT NULL,
      verdict BLOB NOT NULL,
      content_hash BLOB NOT NULL,
      payload BLOB NOT NULL,
      PRIMARY KEY (household, replica, counter)
    ) STRICT, WITHOUT ROWID
    """

  /// What answers resends of the change sets that were collected. A table of its own: SQLite does not join pages whose
  /// rows have become shorter, only those whose rows have gone.
  private static let remnants = """
    CREATE TABLE hearth_remnants (
      household INTEGER NOT NULL,
      replica INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      at INTEGER NOT NULL, -- milliseconds since 1970 in UTC
      rejection INTEGER, -- its number; NULL when the change set was taken in
      content_hash BLOB NOT NULL,
      PRIMARY KEY (household, replica, counter)
    ) STRICT, WITHOUT ROWID
    """

  /// The ids of deleted records that have been collected: nobody makes them again.
  private static let gravestones = """
    CREATE TABLE hearth_gravestones (
      household INTEGER NOT NULL,
      collection INTEGER NOT NULL,
      record BLOB NOT NULL,
      PRIMARY KEY (household, collection, record)
    ) STRICT, WITHOUT ROWID
    """

  /// What devices that have renewed sent anew, with the dot under which it was decided: a twin with the same past may
  /// come with the same content later, under whatever dot. As good as empty.
  private static let renewed = """
    CREATE TABLE hearth_renewed (
      household INTEGER NOT NULL,
      device BLOB NOT NULL,
      content_hash BLOB NOT NULL,
      replica INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      PRIMARY KEY (household, device, content_hash)
    ) STRICT, WITHOUT ROWID
    """

  private static let decisions = """
    CREATE TABLE hearth_decisions (
      household INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      collection INTEGER NOT NULL,
      record BLOB NOT NULL,
      decision BLOB NOT NULL,
      PRIMARY KEY (household, revision, ordinal)
    ) STRICT, WITHOUT ROWID
    """

  private static let references = """
    CREATE TABLE hearth_references (
      household INTEGER NOT NULL,
      target BLOB NOT NULL,
      collection INTEGER NOT NULL,
      record BLOB NOT NULL,
      field INTEGER NOT NULL,
      PRIMARY KEY (household, target, collection, record, field)
    ) STRICT, WITHOUT ROWID
    """

  /// Who has the values of a `unique` rule; the key is a hash of app, rule and values.
  private static let uniques = """
    CREATE TABLE hearth_uniques (
      key BLOB PRIMARY KEY,
      household INTEGER NOT NULL,
      collection INTEGER NOT NULL,
      record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let packs = """
    CREATE TABLE hearth_packs (
      app TEXT PRIMARY KEY,
      shape TEXT NOT NULL -- what the tables and stored states of the app rely on
    ) STRICT, WITHOUT ROWID
    """

  /// The catalogue that all households of an app were brought up to. A hub that does not know the table leaves it
  /// alone, and one that finds none makes it, so that the format stays what it is.
  static let catalogues = """
    CREATE TABLE IF NOT EXISTS hearth_catalogues (
      app TEXT PRIMARY KEY,
      mark BLOB NOT NULL -- SHA-256 of its rows
    ) STRICT, WITHOUT ROWID
    """
}
