//! The same histories in the crate `crdts` (a port of Riak's types), for the six types that both have.
//!
//! After every step every replica must read the same value in both. `crdts` has no 2P-Set and no LWW-set; what we call an
//! MV-register's value is a set there too, with one entry a write, so equal values written concurrently count once here.

use crdts::lwwreg::LWWReg;
use crdts::{CmRDT, CvRDT, GCounter, GSet, MVReg, Orswot, PNCounter};

use super::{Company, Element, Kind, Update};
use crate::demos::crdt::{Request, Value};
use crate::sim::Generator;

/// One replica of `crdts`.
#[derive(Debug, Clone)]
enum Theirs {
    GCounter(GCounter<u8>),
    PnCounter(PNCounter<u8>),
    GSet(GSet<u32>),
    OrSet(Orswot<u32, u8>),
    MvRegister(MVReg<u32, u8>),
    /// The marker is the stamp: clock, replica, number. It starts with no value, which is 0.
    LwwRegister(LWWReg<u32, (u64, u8, u32)>),
}

impl Theirs {
    fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::GCounter => Some(Self::GCounter(GCounter::new())),
            Kind::PnCounter => Some(Self::PnCounter(PNCounter::new())),
            Kind::GSet => Some(Self::GSet(GSet::new())),
            Kind::OrSet => Some(Self::OrSet(Orswot::new())),
            Kind::MvRegister => Some(Self::MvRegister(MVReg::new())),
            Kind::LwwRegister => Some(Self::LwwRegister(LWWReg { val: 0, marker: (0, 0, 0) })),
            Kind::TwoPhaseSet | Kind::LwwSet => None,
        }
    }

    fn update(&mut self, actor: u8, number: u32, request: Request) {
        match (self, request.update) {
            (Self::GCounter(counter), Update::Increment) => counter.apply(counter.inc(actor)),
            (Self::PnCounter(counter), Update::Increment) => counter.apply(counter.inc(actor)),
            (Self::PnCounter(counter), Update::Decrement) => counter.apply(counter.dec(actor)),
            (Self::GSet(set), Update::Add(element)) => set.insert(element.0),
            (Self::OrSet(set), Update::Add(element)) => {
                let context = set.read_ctx().derive_add_ctx(actor);
                set.apply(set.add(element.0, context));
            }
            (Self::OrSet(set), Update::Remove(element)) => {
                let context = set.contains(&element.0).derive_rm_ctx();
                set.apply(set.rm(element.0, context));
            }
            (Self::MvRegister(register), Update::Write(element)) => {
                let context = register.read_ctx().derive_add_ctx(actor);
                register.apply(register.write(element.0, context));
            }
            (Self::LwwRegister(register), Update::Write(element)) => {
                register.update(element.0, (request.clock, actor, number));
            }
            (theirs, update) => panic!("{theirs:?} can't {update:?}"),
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other.clone()) {
            (Self::GCounter(mine), Self::GCounter(other)) => mine.merge(other),
            (Self::PnCounter(mine), Self::PnCounter(other)) => mine.merge(other),
            (Self::GSet(mine), Self::GSet(other)) => mine.merge(other),
            (Self::OrSet(mine), Self::OrSet(other)) => mine.merge(other),
            (Self::MvRegister(mine), Self::MvRegister(other)) => mine.merge(other),
            (Self::LwwRegister(mine), Self::LwwRegister(other)) => mine.merge(other),
            (mine, other) => panic!("{mine:?} is not {other:?}"),
        }
    }

    fn value(&self) -> Value {
        let elements = |mut all: Vec<u32>| {
            all.sort_unstable();
            all.dedup();
            Value::Elements(all.into_iter().map(Element).collect())
        };
        match self {
            Self::GCounter(counter) => Value::Number(counter.read().to_string().parse().unwrap()),
            Self::PnCounter(counter) => Value::Number(counter.read().to_string().parse().unwrap()),
            Self::GSet(set) => elements(set.read().into_iter().collect()),
            Self::OrSet(set) => elements(set.read().val.into_iter().collect()),
            Self::MvRegister(register) => elements(register.read().val),
            Self::LwwRegister(register) => {
                elements(Some(register.val).into_iter().filter(|v| *v != 0).collect())
            }
        }
    }
}

#[test]
fn values_are_those_of_the_crate_crdts_after_every_step_of_twenty_thousand_histories_a_type() {
    for kind in Kind::ALL {
        let Some(blank) = Theirs::of(kind) else { continue };
        for seed in 0..20_000 {
            let mut fate = Generator::new(seed);
            let mut pick = |below: u64| usize::try_from(fate.within(&(0..=below - 1))).unwrap();
            let mut ours = Company::of(kind);
            let mut theirs = vec![blank.clone(); 3];
            for _ in 0..12 {
                let (who, whom) = (pick(3), pick(3));
                if pick(3) == 0 {
                    ours.merge(who, whom);
                    let other = theirs[whom].clone();
                    theirs[who].merge(&other);
                } else {
                    let updates = kind.updates(&[Element(1), Element(2)]);
                    let update = updates[pick(updates.len() as u64)];
                    let request = Request { update, clock: 1 + pick(3) as u64 };
                    if ours.update(who, request).is_some() {
                        theirs[who].update(u8::try_from(who).unwrap(), ours.updates[who], request);
                    }
                }
                for (payload, theirs) in ours.payloads.iter().zip(&theirs) {
                    assert_eq!(payload.value(kind), theirs.value(), "{kind:?}, seed {seed}");
                }
            }
        }
    }
}
