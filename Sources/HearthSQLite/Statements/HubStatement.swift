/// The statements on the hub's own tables that run with every commit or session.
enum HubStatement: Int, CaseIterable {
  case household
  case lives
  case noteLife
  case forgetLives
  case lastChangeOfReplicaBelow
  case installs
  case change
  case insertChange
  case insertRenewed
  case renewed
  case hasRenewed
  case insertDecision
  case referrers
  case insertReference
  case deleteReference
  case holder
  case insertUnique
  case deleteUnique
  case acknowledge

  var sql: String {
    switch self {
    case .household: "SELECT number, app, horizon FROM hearth_households WHERE uuid = ?1"
    case .lives:
      """
      SELECT l.epoch, s.revision FROM hearth_lives l
      LEFT JOIN hearth_life_starts s ON s.household = ?1 AND s.life = l.number ORDER BY l.number
      """
    case .noteLife:
      "INSERT INTO hearth_life_starts (household, life, revision) SELECT ?1, max(number), ?2 FROM hearth_lives"
    case .forgetLives:
      "DELETE FROM hearth_life_starts WHERE household = ?1 AND life < (SELECT min(number) FROM hearth_lives)"
    case .lastChangeOfReplicaBelow:
      // Walking down from the top finds the last change of every replica with one search each, whatever the length of
      // the history.
      """
      SELECT replica, counter, stamp, head FROM hearth_changes WHERE household = ?1 AND replica < ?2
      ORDER BY replica DESC, counter DESC LIMIT 1
      """
    case .installs: "SELECT replica, device FROM hearth_installs WHERE household = ?1"
    case .change:
      """
      SELECT revision, at, stamp, clock_offset, member, rank, verdict, content_hash, payload FROM hearth_changes
      WHERE household = ?1 AND replica = ?2 AND counter = ?3
      """
    case .insertChange:
      """
      INSERT INTO hearth_changes (household, replica, counter, revision, head, at, stamp, clock_offset, member, rank,
        verdict, content_hash, payload)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """
    case .insertRenewed:
      """
      INSERT OR IGNORE INTO hearth_renewed (household, device, content_hash, replica, counter)
      VALUES (?1, ?2, ?3, ?4, ?5)
      """
    case .renewed:
      "SELECT replica, counter FROM hearth_renewed WHERE household = ?1 AND device = ?2 AND content_hash = ?3"
    case .hasRenewed: "SELECT 1 FROM hearth_renewed WHERE household = ?1 LIMIT 1"
    case .insertDecision:
      """
      INSERT INTO hearth_decisions (household, revision, ordinal, collection, record, decision)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """
    case .referrers:
      """
      SELECT collection, record, field FROM hearth_references WHERE household = ?1 AND target = ?2
      ORDER BY collection, record, field
      """
    case .insertReference:
      """
      INSERT OR IGNORE INTO hearth_references (household, target, collection, record, field)
      VALUES (?1, ?2, ?3, ?4, ?5)
      """
    case .deleteReference:
      """
      DELETE FROM hearth_references
      WHERE household = ?1 AND target = ?2 AND collection = ?3 AND record = ?4 AND field = ?5
      """
    case .holder:
      """
      SELECT h.uuid, u.collection, u.record FROM hearth_uniques u JOIN hearth_households h ON h.number = u.household
      WHERE u.key = ?1
      """
    case .insertUnique:
      "INSERT OR REPLACE INTO hearth_uniques (key, household, collection, record) VALUES (?1, ?2, ?3, ?4)"
    case .deleteUnique: "DELETE FROM hearth_uniques WHERE key = ?1"
    case .acknowledge: "UPDATE hearth_installs SET acknowledged = ?3, heard = ?4 WHERE household = ?1 AND replica = ?2"
    }
  }
}
