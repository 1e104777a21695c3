import HearthModel
import HearthPack

/// A part of FamQuest that uses every construct of the language; docs/reference/pack-language.md explains the lines.
enum FamilyPack {
  static func load() throws -> Pack { try PackLoader.load(text, file: "family.yaml") }

  static let text = """
    pack: family
    version: 2
    language: 1
    household: families
    members: users
    zone: household.time_zone
    roles:
      ranked: [parent, teen, child]
      beside: [helper]
      service: [scheduler, scanner]
      groups: { family: [parent, teen, child], everyone: [parent, teen, child, helper] }
      session: member.is_active
    traits:
      stamped:
        fields:
          created_at: time, stamp created
          updated_at: time, stamp changed
      titled:
        fields:
          title: text(1..200), guardian
        rules:
          no_blank_title: { check: "title matches '.*[^ ].*'", says: Give it a title. }
    types:
      Toggles: { tasks: { create: bool, edit: bool }, '*': { '*': bool } }
      Extras: { tags: { '*': bool }, colour: color }
    collections:
      families:
        fields:
          name: text(1..100)
          time_zone: zone = Europe/Amsterdam
          active_parents: int(0..10000), derived count(users by family_id where role == parent and is_active)
        access:
          read: { everyone: all }
          update: { parent: all }
      users:
        use: [stamped]
        who: { self: id == member }
        fields:
          family_id: ref families = household, immutable, cascade
          display_name: text(1..100), guardian, personal
          email: email(255)?, personal
          pin: text(255)?, private
          role: enum(parent, teen, child, helper)
          permissions: json(Toggles)
          is_active: bool = true, guardian
          device_id: uuid?, device
          active_days: set(date, 400)
          points_balance: int(-1000000000..1000000000), derived sum(points_ledger.delta by user_id)
          open_tasks: int(0..10000), derived count(tasks by claimed_by where status != done)
          best_reward: int(1..100000)?, derived max(points_ledger.delta by user_id where kind == earn)
          has_spent: bool, derived any(points_ledger by user_id where kind == spend)
          streak: int(0..400), derived streak(active_days)
          level: int(0..100000), derived isqrt(max(points_balance, 0) div 50)
        rules:
          a_way_in: { check: email is set or pin is set }
          email_once: { unique: [email], fold: case, across: households }
          a_parent_stays:
            { check: household.active_parents >= 1, code: limitExceeded, says: A family keeps an active parent. }
        access:
          read: { family: all, helper: [display_name, role] }
          create: { parent: [all, pin] }
          update: { parent: [all, pin], self: [display_name, email, permissions.tasks] }
          delete: { parent: { if: member != id } }
      tasks:
        use: [stamped, titled]
        who:
          doer: member in assignees or claimed_by == member
          maker: member.role in (teen, child) and member.permissions.tasks.create otherwise false
          near: doer or claimable
        fields:
          due: time?, guardian
          points: int(0..1000) = 0, guardian
          claimable: bool = false, guardian
          photo_required: bool = false, guardian
          parent_approval: bool = false, guardian
          metadata: json(Extras)
          assignees: set(ref users, 20), guardian
          proof_photos: set(uuid, 20)
          parent_id: ref tasks?, restrict when status != done
          claimed_by: ref users?, guardian first, group claim, setNull
          claimed_at: time?, guardian first, group claim
          status: enum(open, pending_approval, done) = open, guardian, precedence done > pending_approval > open,
            per occurrence_date
          completed_by: ref users?, first, setNull
          completed_at: time?, first
          occurrence_date: date = today, system
          attempt: int(1..9999) = 1, max, system
          attempts_left: int(0..9999) = 3, counter
        rules:
          frozen: { check: changed(points) implies creating or old.status != done }
        moves:
          claim: { change: claimed_by null -> member, by: everyone, decided: hub, code: alreadyClaimed,
                   needs: { offered: claimable and status == open }, sets: { claimed_at: now, assignees: add member } }
          release: { change: claimed_by set -> null, by: [doer, parent], sets: { assignees: remove old.claimed_by } }
          hand_in: { change: status open -> pending_approval, by: doer,
                     needs: { photo: { if: not photo_required or proof_photos is not empty, code: checkFailed,
                                       says: This task needs a photo first. } },
                     sets: { completed_by: member, completed_at: written } }
          finish: { change: status open -> done, by: [doer, parent],
                    needs: { no_approval: not parent_approval or member.role >= parent },
                    sets: { completed_by: completed_by otherwise claimed_by otherwise member } }
          approve: { change: status pending_approval -> done, by: parent }
          reject: { change: status pending_approval -> open, by: [doer, parent],
                    sets: { attempt: seen.attempt + 1, attempts_left: add -1 } }
          reopen: { change: status done -> open, by: [parent, scheduler], sets: { attempt: seen.attempt + 1 } }
        effects:
          award: { when: status enters done, if: points > 0 and completed_by is set, append: points_ledger,
                   row: { user_id: completed_by, delta: points, kind: earn, task_id: id,
                          occurrence_date: seen.occurrence_date, attempt: seen.attempt } }
          take_back: { when: reopen by parent or doer, reverse: award, negate: delta, row: { kind: reversal } }
          unclaim: { when: claimable leaves true, if: claimed_by is set, even: hidden,
                     set: { assignees: remove claimed_by, claimed_by: null, claimed_at: null } }
          greet: { when: created, at: claimed_by, set: { is_active: true } }
          tidy: { when: day, if: status == done, delete: true }
          count_days: { when: 'change of status, claimed_by', put: boards,
                        row: { family_id: member.family_id, last: title } }
        access:
          read: { family: all, helper: { if: near } }
          create: { parent: all, maker: [title, due, assignees] }
          update: { parent: all, doer: [proof_photos], maker: [metadata.tags] }
          delete: { parent: all }
        indexes:
          by_status: { fields: [status] }
      boards:
        key: [family_id]
        fields:
          family_id: ref families, immutable, cascade
          last: text(200)
        access: { read: { everyone: all } }
      points_ledger:
        use: [stamped]
        append: true
        key: { fields: [task_id, kind], where: 'task_id is set and kind in (earn, reversal)' }
        who: { owner: user_id == member }
        fields:
          user_id: ref users, cascade
          delta: int(-100000..100000)
          kind: enum(earn, spend, reversal, adjust), immutable
          task_id: ref tasks?, immutable, setNull
          reward_id: ref rewards?, setNull
          occurrence_date: date?
          attempt: int(1..9999)?
          until: time?
        rules:
          never_nothing: { check: delta != 0 }
          fair_price:
            check: kind == spend implies reward_id is set and reward_id.is_active and delta == 0 - reward_id.cost
          enough_points: { check: kind == spend implies user_id.points_balance >= 0, code: insufficientBalance }
        access:
          read: { parent: all, owner: all }
          create: { parent: { if: kind == adjust }, owner: { if: kind == spend } }
        expires: until
        keep: 12 months
      rewards:
        use: [stamped]
        fields:
          name: text(1..100)
          cost: int(1..100000)
          is_active: bool = true
          needs: set(ref rewards, 10)
          after: ref rewards?, setNull
        rules:
          name_once: { unique: [name], where: is_active, duplicate: takeOver }
          no_ring: { acyclic: after, depth: 20 }
          no_knot: { acyclic: needs }
        access: { read: { family: all }, create: { parent: all }, update: { parent: all }, delete: { parent: all } }
      links:
        fields:
          from: ref tasks, cascade
          to: ref tasks, cascade
        rules:
          no_ring: { acyclic: { from: from, to: to }, code: checkFailed }
        access: { read: { everyone: all }, create: { parent: all } }
    expect:
      - nobody may update points_ledger
      - child may not write users.role
      - helper may not read rewards
      - parent may delete tasks

    """
}
