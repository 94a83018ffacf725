//! Claims about replication, the commit rule and snapshots (§5.3, §5.4.2, §7).

use super::*;
use crate::demos::raft::config::Additions;
use crate::demos::raft::member::Command;

#[test]
fn a_refusal_names_the_conflicting_term_and_its_first_index_or_the_end_of_the_log() {
    let mut follower = server(Config::new(5), &[1, 4, 4, 4], 5);
    let effects = receive(&mut follower, S2, append(6, (4, 5), &[entry(6, 9)], 0));
    let conflict = Agreement::Conflicts { term: Some(Term(4)), first_index: LogIndex(2) };
    assert_eq!(agreement_of(&effects), Some(conflict));
    let effects = receive(&mut follower, S2, append(6, (9, 5), &[entry(6, 9)], 0));
    let too_short = Agreement::Conflicts { term: None, first_index: LogIndex(5) };
    assert_eq!(agreement_of(&effects), Some(too_short));
    assert_eq!(raft(&follower).log(), &log(&[1, 4, 4, 4]), "a refusal changes nothing");
}

/// What a leader with a log of these terms sends next to a follower that answers so.
fn next_after(log_terms: &[u32], agreement: Agreement) -> Option<LogIndex> {
    let term = *log_terms.last().unwrap();
    let mut member = leader(Config::new(5), log_terms, term);
    let refusal = Message::Appended { term: Term(term + 1), agreement, round: Round(1) };
    let effects = receive(&mut member, S2, refusal);
    sent(&effects).into_iter().find_map(|(_, message)| match message {
        Message::AppendEntries(sent) => Some(sent.prev_log_index.next()),
        _ => None,
    })
}

/// The end of §5.3: one message for each conflicting term, not one for each entry.
#[test]
fn a_leader_backs_up_over_a_whole_term_at_once() {
    let conflict =
        |term: u32, first| Agreement::Conflicts { term: Some(Term(term)), first_index: LogIndex(first) };
    assert_eq!(next_after(&[1, 1, 5, 5, 6], conflict(4, 3)), Some(LogIndex(3)), "a term it doesn't have");
    assert_eq!(next_after(&[1, 1, 5, 5, 6], conflict(5, 2)), Some(LogIndex(5)), "one that it has");
    let too_short = Agreement::Conflicts { term: None, first_index: LogIndex(2) };
    assert_eq!(next_after(&[1, 1, 5, 5, 6], too_short), Some(LogIndex(2)));
}

#[test]
fn a_late_refusal_takes_nothing_back() {
    let mut member = leader(Config::new(5), &[1, 1, 1], 1);
    receive(&mut member, S2, matches(2, 3, 1));
    let late = Agreement::Conflicts { term: None, first_index: LogIndex(1) };
    let effects =
        receive(&mut member, S2, Message::Appended { term: Term(2), agreement: late, round: Round(1) });
    assert_eq!(sent(&effects), []);
    assert_eq!(raft(&member).leader().unwrap().progress[1].next_index, LogIndex(4));
}

#[test]
fn an_acknowledgement_of_an_older_term_counts_for_nothing() {
    let mut member = leader(Config::new(5), &[1, 1, 1], 1);
    receive(&mut member, S2, matches(1, 3, 1));
    assert_eq!(raft(&member).leader().unwrap().progress[1].match_index, LogIndex(0));
}

/// Figure 7: what followers may look like when a leader of term 8 comes to power, (a) to (f).
#[test]
fn every_follower_of_figure_7_ends_with_the_leaders_log() {
    let leaders_log = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    let followers: [(&[u32], u32); 6] = [
        (&[1, 1, 1, 4, 4, 5, 5, 6, 6], 1),
        (&[1, 1, 1, 4], 1),
        (&[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], 1),
        (&[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], 1),
        (&[1, 1, 1, 4, 4, 4, 4], 2),
        (&[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], 3),
    ];
    for (its_log, rounds_most) in followers {
        let mut leading = leader(Config::new(7), &leaders_log, 7);
        step(&mut leading, Event::Command(Command::Operate(Operation::write(X, Value(11)))));
        let mut follower = server(Config::new(7), its_log, 7);
        let mut messages = sent(&ring(&mut leading, Timer::Heartbeat));
        let mut refused = 0;
        while let Some((_, message)) = messages.into_iter().find(|(to, _)| *to == S2) {
            let answer = sent(&receive(&mut follower, S1, message)).pop().unwrap().1;
            refused +=
                u32::from(matches!(answer, Message::Appended { agreement: Agreement::Conflicts { .. }, .. }));
            messages = sent(&receive(&mut leading, S2, answer));
        }
        assert_eq!(terms(raft(&follower).log()), [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]);
        assert!(refused <= rounds_most, "{its_log:?} took {refused} refusals");
    }
}

#[test]
fn conflicting_entries_are_deleted_with_all_that_follow_them() {
    let mut follower = server(Config::new(5), &[1, 2, 2, 2], 3);
    receive(&mut follower, S2, append(3, (1, 1), &[entry(3, 9)], 0));
    assert_eq!(terms(raft(&follower).log()), [1, 3]);
}

#[test]
fn a_late_message_with_older_entries_removes_nothing() {
    let mut follower = server(Config::new(5), &[], 0);
    receive(&mut follower, S2, append(1, (0, 0), &[entry(1, 1), entry(1, 2), entry(1, 3)], 0));
    receive(&mut follower, S2, append(1, (0, 0), &[entry(1, 1)], 0));
    assert_eq!(raft(&follower).log().last_index(), LogIndex(3));
}

#[test]
fn a_follower_commits_only_what_it_knows_to_agree() {
    let mut follower = server(Config::new(5), &[1, 1, 1], 2);
    // The leader has committed 3 entries, but this message vouches for the first only: 2 and 3 may be an old leader's.
    receive(&mut follower, S2, append(2, (1, 1), &[], 3));
    assert_eq!(raft(&follower).commit_index, LogIndex(1));
}

#[test]
fn a_leader_counts_no_copies_of_an_older_term() {
    let mut member = leader(Config::new(5), &[1, 2], 3);
    for follower in 1..5 {
        receive(&mut member, NodeId(follower), matches(4, 2, 1));
    }
    assert_eq!(
        raft(&member).commit_index,
        LogIndex(0),
        "on all five servers, and yet not committed (§5.4.2)"
    );
    step(&mut member, Event::Command(Command::Operate(Operation::write(X, Value(7)))));
    receive(&mut member, S2, matches(4, 3, 2));
    assert_eq!(raft(&member).commit_index, LogIndex(0), "two of five");
    let effects = receive(&mut member, S3, matches(4, 3, 2));
    assert_eq!(raft(&member).commit_index, LogIndex(3), "the older entries are committed with the new one");
    let outcome = crate::check::linearizability::Outcome::Done;
    assert_eq!(replies(&effects), [Reply::Done { index: LogIndex(3), outcome }]);
}

#[test]
fn a_no_op_commits_the_entries_of_older_terms() {
    let additions = Additions { no_op: true, ..Additions::default() };
    let mut member = leader(Config { additions, ..Config::new(5) }, &[1, 2], 3);
    assert_eq!(raft(&member).log().last_index(), LogIndex(3));
    for follower in [S2, S3] {
        receive(&mut member, follower, matches(4, 3, 1));
    }
    assert_eq!(raft(&member).commit_index, LogIndex(3));
}

/// S1 with three entries committed and in a snapshot.
fn compacted() -> Member {
    let mut member = server(Config::new(5), &[1, 1, 1], 1);
    receive(&mut member, S2, append(1, (3, 1), &[], 3));
    step(&mut member, Event::Command(Command::TakeSnapshot));
    assert_eq!(raft(&member).log().base_index(), LogIndex(3));
    member
}

#[test]
fn a_restart_begins_with_the_state_of_the_snapshot() {
    let member = compacted();
    let back = member.recover(&member.disk());
    assert_eq!(raft(&back).commit_index, LogIndex(3));
    assert_eq!(raft(&back).store.value(X), Value(3));
}

#[test]
fn entries_that_begin_before_the_snapshot_are_taken_from_its_end_on() {
    let mut follower = compacted();
    let entries = [entry(1, 2), entry(1, 3), entry(1, 4)];
    let effects = receive(&mut follower, S2, append(1, (1, 1), &entries, 4));
    assert_eq!(agreement_of(&effects), Some(Agreement::Matches(LogIndex(4))));
    assert_eq!(raft(&follower).log().entries(), [entry(1, 4)]);
    assert_eq!(raft(&follower).store.value(X), Value(4));
}

#[test]
fn only_what_is_applied_is_compacted_and_only_past_the_threshold() {
    let config = Config { snapshot_after: 2, ..Config::new(5) };
    let mut follower = server(config, &[1, 1, 1, 1], 1);
    receive(&mut follower, S2, append(1, (4, 1), &[], 1));
    receive(&mut follower, S2, append(1, (4, 1), &[], 3));
    assert_eq!(raft(&follower).log().base_index(), LogIndex(0), "one applied entry is less than two");
    receive(&mut follower, S2, append(1, (4, 1), &[], 3));
    assert_eq!(raft(&follower).log().base_index(), LogIndex(3));
    assert_eq!(raft(&follower).log().last_index(), LogIndex(4));
}

#[test]
fn a_follower_that_lacks_compacted_entries_gets_the_snapshot() {
    let mut member = compacted();
    ring(&mut member, Timer::Election);
    for voter in [S2, S3] {
        receive(&mut member, voter, Message::Vote { term: Term(2), granted: true });
    }
    let lacks = Agreement::Conflicts { term: None, first_index: LogIndex(1) };
    let effects =
        receive(&mut member, S2, Message::Appended { term: Term(2), agreement: lacks, round: Round(1) });
    let (_, message) = sent(&effects).pop().unwrap();
    assert!(matches!(message, Message::InstallSnapshot { .. }));
    let mut follower = server(Config::new(5), &[1], 1);
    let effects = receive(&mut follower, S1, message);
    assert_eq!(agreement_of(&effects), Some(Agreement::Matches(LogIndex(3))));
    assert_eq!(raft(&follower).store.value(X), Value(3));
}

/// §7: "If instead the follower receives a snapshot that describes a prefix of its log, entries following the snapshot
/// are still valid"; otherwise its whole log goes.
#[test]
fn a_snapshot_keeps_what_follows_it_only_if_the_log_agrees_at_its_end() {
    let snapshot = raft(&compacted()).log().snapshot().unwrap().clone();
    let install = || Message::InstallSnapshot { term: Term(2), snapshot: snapshot.clone(), round: Round(1) };
    let mut agrees = server(Config::new(5), &[1, 1, 1, 1], 1);
    receive(&mut agrees, S2, install());
    assert_eq!(terms(raft(&agrees).log()), [1]);
    let mut conflicts = server(Config::new(5), &[1, 2, 2, 2], 2);
    receive(&mut conflicts, S2, install());
    assert_eq!(terms(raft(&conflicts).log()), [0; 0]);
    assert_eq!(raft(&conflicts).log().last_index(), LogIndex(3));
}

#[test]
fn a_late_snapshot_takes_nothing_back() {
    let snapshot = raft(&compacted()).log().snapshot().unwrap().clone();
    let mut follower = server(Config::new(5), &[1, 1, 1, 1], 1);
    receive(&mut follower, S2, append(1, (4, 1), &[], 4));
    let message = Message::InstallSnapshot { term: Term(1), snapshot, round: Round(1) };
    receive(&mut follower, S2, message);
    assert_eq!(raft(&follower).store.value(X), Value(4));
    assert_eq!(raft(&follower).log().base_index(), LogIndex(0));
}

/// Entries 4 to 6 of these terms, after a snapshot up to 3 whose last term is 2.
fn after_snapshot(log_terms: [u32; 3]) -> Log {
    let [one, two, three] = log_terms;
    let mut log = log(&[1, 2, 2, one, two, three]);
    log.compact(Rc::new(crate::demos::raft::snapshot::Snapshot {
        last_index: LogIndex(3),
        last_term: Term(2),
        configuration: Config::new(3).first_configuration,
        configuration_index: LogIndex(0),
        store: Rc::default(),
    }));
    log
}

#[test]
fn a_term_begins_at_the_earliest_after_the_snapshot_although_the_snapshot_ends_with_it() {
    assert_eq!(after_snapshot([2, 2, 3]).first_of_term_at(LogIndex(5)), LogIndex(4));
    assert_eq!(after_snapshot([2, 3, 3]).first_of_term_at(LogIndex(6)), LogIndex(5));
}

#[test]
fn the_last_index_of_a_term_may_be_the_snapshots() {
    let log = after_snapshot([3, 3, 4]);
    assert_eq!(log.last_of_term(Term(3), LogIndex(7)), Some(LogIndex(5)));
    assert_eq!(log.last_of_term(Term(3), LogIndex(5)), Some(LogIndex(4)), "before the end");
    assert_eq!(log.last_of_term(Term(2), LogIndex(7)), Some(LogIndex(3)));
    assert_eq!(log.last_of_term(Term(1), LogIndex(7)), None, "compacted");
}

#[test]
fn a_snapshot_of_what_is_compacted_or_committed_already_changes_nothing() {
    let mut member = compacted();
    assert_eq!(step(&mut member, Event::Command(Command::TakeSnapshot)), [], "nothing new is applied");
    let snapshot = raft(&member).log().snapshot().unwrap().clone();
    let mut follower = server(Config::new(5), &[1, 1, 1], 1);
    receive(&mut follower, S2, append(1, (3, 1), &[], 3));
    let before = raft(&follower).log().clone();
    let effects =
        receive(&mut follower, S2, Message::InstallSnapshot { term: Term(1), snapshot, round: Round(1) });
    assert_eq!(agreement_of(&effects), Some(Agreement::Matches(LogIndex(3))));
    assert_eq!(raft(&follower).log(), &before, "it has committed as much itself");
}
