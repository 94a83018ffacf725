//! Changes of membership (§6; dissertation chapter 4).
//!
//! A configuration is an entry, in force on each server from the moment it is in that server's log, and no longer when it
//! is cut off again. What makes changes safe is that those who can decide by one configuration share a server with those who
//! can decide by the next:
//!
//! * with one voter more or less at a time, any two majorities overlap, so one entry suffices, **if** a leader commits
//!   an entry of its own term first. Without that, two leaders of different terms can each have begun a change from the same
//!   configuration, and the results need not overlap (Ongaro on raft-dev, 2015);
//! * with joint consensus, the first entry lets both configurations decide together, the second one lets the old one go.
//!
//! Either way a leader begins nothing while the latest configuration isn't committed.

use super::config::Transition;
use super::configuration::{Configuration, Reconfiguration};
use super::log::Payload;
use super::member::{Out, Refusal, Reply};
use super::server::{Progress, Server};

impl Server {
    pub(super) fn reconfigure(&mut self, change: Reconfiguration, out: &mut Out) {
        match self.target_of(change) {
            Ok(target) => self.append_configuration(target, out),
            Err(refusal) => out.reply(Reply::Refused(refusal)),
        }
    }

    /// The configuration that the change begins with.
    fn target_of(&self, change: Reconfiguration) -> Result<Configuration, Refusal> {
        let now = self.configuration;
        let target = now.changed_by(change).ok_or(Refusal::NoSuchChange)?;
        if target.members().iter().any(|member| member.0 >= self.config.servers) {
            return Err(Refusal::NoSuchChange);
        }
        if self.known_leader().is_some() {
            return Err(Refusal::HandingOver);
        }
        if now.is_joint() || self.configuration_index > self.commit_index {
            return Err(Refusal::ChangeUnderWay);
        }
        if let (Reconfiguration::Promote(learner), Some(leader)) = (change, self.leader())
            && leader.progress[learner.index()].match_index < self.commit_index
        {
            return Err(Refusal::NotCaughtUp);
        }
        if target.voters == now.voters {
            return Ok(target);
        }
        match self.config.transition {
            Transition::JointConsensus => Ok(Configuration { outgoing: now.voters, ..target }),
            Transition::SingleServer => {
                let changed = target.voters.except(now.voters).or(now.voters.except(target.voters));
                let has_committed = self.log().term_at(self.commit_index) == Some(self.term());
                if changed.count() > 1 {
                    Err(Refusal::MoreThanOneVoter)
                } else if self.config.rules.commit_before_change && !has_committed {
                    Err(Refusal::NothingCommittedInTerm)
                } else {
                    Ok(target)
                }
            }
        }
    }

    fn append_configuration(&mut self, configuration: Configuration, out: &mut Out) {
        let newcomers = configuration.members().except(self.configuration.members());
        let end = self.log().last_index().next();
        if let Some(leader) = self.leader_mut() {
            // Whatever was known of them, they may have lost since.
            for newcomer in newcomers.iter() {
                leader.progress[newcomer.index()] = Progress::unknown(end);
            }
        }
        self.append(Payload::Configuration(configuration), out);
    }

    /// What a leader does once the latest configuration is committed: after a joint one it appends the new one alone; after
    /// one that it isn't a voter of, it steps down (§6; dissertation §4.2.2).
    pub(super) fn finish_change(&mut self, out: &mut Out) {
        if !self.is_leader() || self.configuration_index > self.commit_index {
            return;
        }
        let configuration = self.configuration;
        if configuration.is_joint() {
            let outgoing = super::configuration::Servers::NONE;
            self.append_configuration(Configuration { outgoing, ..configuration }, out);
        } else if !configuration.voters.has(self.id) {
            self.become_follower(None, out);
        }
    }
}
