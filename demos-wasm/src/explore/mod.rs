//! Looking for a schedule that breaks an invariant, natively and in the page.
//!
//! * [`Exhaustive`]: everything that can happen within [`Bounds`], breadth first. What it finds is as short as it can be, and
//!   when it finds nothing there is nothing.
//! * [`Hunt`]: random schedules, each as a reader could play it, with faults in it. It goes deep where the first can't, and
//!   promises nothing. A demo may say where to look, by a [`Hint`].
//! * [`Shrinker`]: leaves out of what happened what the breach doesn't need; [`Trimmer`]: out of what was done, where time matters.
//! * [`Quest`]: one of these searches from its beginning to its end, in slices as small as its owner likes.
//!
//! All end in a [`Counterexample`]: a list of [`Deed`](crate::sim::Deed)s, which is a run like any other. It plays, it seeks, and it
//! fits into a link.
//!
//! Nothing here knows a protocol, so it is compiled once for all demos.

mod bounds;
#[cfg(feature = "exhaustive")]
mod exhaustive;
mod hint;
mod quest;
mod random;
mod shrink;
#[cfg(feature = "exhaustive")]
mod spent;
#[cfg(feature = "exhaustive")]
mod visited;

pub use bounds::{Bounds, Model};
#[cfg(feature = "exhaustive")]
pub use exhaustive::Exhaustive;
pub use hint::{Harm, Hint};
pub use quest::{Counterexample, Phase, Progress, Quest};
pub use random::{Find, Hunt};
pub use shrink::{Shrinker, Trimmer};
#[cfg(feature = "exhaustive")]
pub use spent::Spent;
#[cfg(feature = "exhaustive")]
pub use visited::Visited;
