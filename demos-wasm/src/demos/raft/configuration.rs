//! Who belongs to the cluster, and which of them can decide together (§6; dissertation chapter 4).

use crate::sim::NodeId;

/// A set of servers: bit `i` says whether `S<i + 1>` is in it. Room for sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Servers(pub u16);

impl Servers {
    /// No server.
    pub const NONE: Self = Self(0);

    /// `S1` to `S<count>`.
    pub fn first(count: u8) -> Self {
        NodeId::all(count).fold(Self::NONE, Self::with)
    }

    /// Only this server.
    pub fn only(server: NodeId) -> Self {
        Self::NONE.with(server)
    }

    /// Whether this server is in it. Clients never are.
    pub fn has(self, server: NodeId) -> bool {
        self.0 & bit(server) != 0
    }

    /// The set with this server. A client changes nothing.
    #[must_use]
    pub fn with(self, server: NodeId) -> Self {
        Self(self.0 | bit(server))
    }

    /// The set without this server.
    #[must_use]
    pub fn without(self, server: NodeId) -> Self {
        Self(self.0 & !bit(server))
    }

    /// Those in either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in this set that aren't in the other one.
    #[must_use]
    pub fn except(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, by number.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        (0..16).map(NodeId).filter(move |&server| self.has(server))
    }
}

fn bit(server: NodeId) -> u16 {
    if server.0 < 16 { 1 << server.0 } else { 0 }
}

/// The members of a cluster and what they are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Configuration {
    /// Those who vote; in a joint configuration those of the new one.
    pub voters: Servers,
    /// In a joint configuration the voters of the old one, else none.
    pub outgoing: Servers,
    /// Those who get entries but decide nothing (dissertation §4.2.1).
    pub learners: Servers,
}

impl Configuration {
    /// These voters, and no learners.
    pub fn of(voters: Servers) -> Self {
        Self { voters, ..Self::default() }
    }

    /// Whether two configurations decide together (§6, C-old,new).
    pub fn is_joint(self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Those whose votes count.
    pub fn electors(self) -> Servers {
        self.voters.or(self.outgoing)
    }

    /// Those who get entries.
    pub fn members(self) -> Servers {
        self.electors().or(self.learners)
    }

    /// Whether these servers suffice to elect or to commit: a majority, in a joint configuration one of each.
    pub fn decides(self, agreeing: Servers) -> bool {
        has_majority(self.voters, agreeing) && (!self.is_joint() || has_majority(self.outgoing, agreeing))
    }

    /// What a change asks for; none when it changes nothing, or leaves nobody to decide.
    pub fn changed_by(self, change: Reconfiguration) -> Option<Self> {
        let mut target = self;
        match change {
            Reconfiguration::Add(server) => {
                target.voters = target.voters.with(server);
                target.learners = target.learners.without(server);
            }
            Reconfiguration::AddLearner(server) if self.voters.has(server) => return None,
            Reconfiguration::AddLearner(server) => target.learners = target.learners.with(server),
            Reconfiguration::Promote(server) if !self.learners.has(server) => return None,
            Reconfiguration::Promote(server) => return self.changed_by(Reconfiguration::Add(server)),
            Reconfiguration::Remove(server) => {
                target.voters = target.voters.without(server);
                target.learners = target.learners.without(server);
            }
            Reconfiguration::Replace(voters) => {
                target.voters = voters;
                target.learners = target.learners.except(voters);
            }
        }
        (target != self && !target.voters.is_empty()).then_some(target)
    }
}

fn has_majority(of: Servers, agreeing: Servers) -> bool {
    of.and(agreeing).count() * 2 > of.count()
}

/// What an administrator asks a leader for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reconfiguration {
    /// Let this server vote from now on.
    Add(NodeId),
    /// Let this server get entries without a vote.
    AddLearner(NodeId),
    /// Let this learner vote, if it has caught up (dissertation §4.2.1).
    Promote(NodeId),
    /// Let this server go, voter or learner, be it the leader itself.
    Remove(NodeId),
    /// Let these be the voters: any change at once, for joint consensus.
    Replace(Servers),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_majority_of_an_even_cluster_is_more_than_half() {
        for (servers, majority) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)] {
            let configuration = Configuration::of(Servers::first(servers));
            assert!(configuration.decides(Servers::first(majority)), "{majority} of {servers}");
            assert!(!configuration.decides(Servers::first(majority - 1)), "{} of {servers}", majority - 1);
        }
    }

    #[test]
    fn a_joint_configuration_decides_by_a_majority_of_each() {
        let joint = Configuration {
            voters: Servers(0b11_1000),
            outgoing: Servers(0b00_0111),
            learners: Servers::NONE,
        };
        assert!(joint.decides(Servers(0b01_1011)));
        assert!(!joint.decides(Servers(0b11_1001)), "one of the old");
        assert!(!joint.decides(Servers(0b10_0111)), "one of the new");
    }

    #[test]
    fn outsiders_and_learners_decide_nothing() {
        let configuration =
            Configuration { learners: Servers(0b11_1000), ..Configuration::of(Servers(0b111)) };
        assert!(!configuration.decides(Servers(0b11_1001)));
        assert_eq!(configuration.electors(), Servers(0b111));
    }

    /// Dissertation §4.1, figure 4.3: adding or removing one server keeps an overlap; two at once need not.
    #[test]
    fn majorities_overlap_when_one_server_changes_and_not_when_two_do() {
        let disjoint = |a: Configuration, b: Configuration| {
            (0..1 << 9)
                .map(Servers)
                .any(|quorum| a.decides(quorum) && b.decides(Servers::first(9).except(quorum)))
        };
        for count in 1..8 {
            let of = |count| Configuration::of(Servers::first(count));
            assert!(!disjoint(of(count), of(count + 1)), "{count} to {}", count + 1);
        }
        assert!(disjoint(Configuration::of(Servers::first(3)), Configuration::of(Servers::first(5))));
    }

    #[test]
    fn a_change_that_changes_nothing_or_leaves_nobody_is_none() {
        let three = Configuration::of(Servers::first(3));
        assert_eq!(three.changed_by(Reconfiguration::Add(NodeId(1))), None);
        assert_eq!(three.changed_by(Reconfiguration::Remove(NodeId(4))), None);
        assert_eq!(three.changed_by(Reconfiguration::Promote(NodeId(4))), None);
        assert_eq!(three.changed_by(Reconfiguration::AddLearner(NodeId(1))), None, "it votes already");
        let one = Configuration::of(Servers::first(1));
        assert_eq!(one.changed_by(Reconfiguration::Remove(NodeId(0))), None);
    }

    #[test]
    fn there_are_sixteen_servers_at_most() {
        assert_eq!(Servers::NONE.with(NodeId(15)).count(), 1);
        assert_eq!(Servers::NONE.with(NodeId(16)), Servers::NONE);
        assert!(!Servers(u16::MAX).has(NodeId(16)) && !Servers(u16::MAX).has(NodeId::client(0)));
    }
}
