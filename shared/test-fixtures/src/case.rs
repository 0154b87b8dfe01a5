//! Cases: named jobs with what must come of them.

use anyhow::Result;

use crate::{Deviation, Program, Runner, Settings};

/// A named job with what must come of it.
pub struct Case<M> {
    /// `one_item`
    pub name: &'static str,
    /// What must hold, in a sentence.
    pub about: &'static str,
    pub(crate) waits: bool,
    pub(crate) alone: bool,
    pub(crate) body: Body<M>,
}

pub(crate) enum Body<M> {
    /// One trial of the job, which the model's check must accept.
    Holds {
        args: Vec<String>,
        settings: Settings,
    },
    /// One trial of the job, which must fail with a line that has these words in it.
    Fails {
        args: Vec<String>,
        settings: Settings,
        words: &'static str,
    },
    /// Anything else.
    Custom {
        run: fn(&Bench<M>) -> Result<()>,
        with_peers: bool,
    },
}

impl<M> Case<M> {
    /// The job of these arguments, which the model's check must accept.
    pub fn holds(name: &'static str, about: &'static str, args: &[&str]) -> Self {
        Self::holds_under(name, about, args, Settings::default())
    }

    /// The same under conditions of its own.
    pub fn holds_under(
        name: &'static str,
        about: &'static str,
        args: &[&str],
        settings: Settings,
    ) -> Self {
        let args = args.iter().map(ToString::to_string).collect();
        Self {
            name,
            about,
            waits: false,
            alone: false,
            body: Body::Holds { args, settings },
        }
    }

    /// The job of these arguments, which every variant must refuse, with these words in
    /// its message.
    pub fn fails(
        name: &'static str,
        about: &'static str,
        args: &[&str],
        words: &'static str,
    ) -> Self {
        Self::fails_under(name, about, args, Settings::default(), words)
    }

    /// The same under conditions of its own.
    pub fn fails_under(
        name: &'static str,
        about: &'static str,
        args: &[&str],
        settings: Settings,
        words: &'static str,
    ) -> Self {
        let args = args.iter().map(ToString::to_string).collect();
        Self {
            name,
            about,
            waits: false,
            alone: false,
            body: Body::Fails {
                args,
                settings,
                words,
            },
        }
    }

    /// A case that is more than one trial. Peers take no part in it, unless it is
    /// [`with_peers`](Self::with_peers).
    pub fn custom(
        name: &'static str,
        about: &'static str,
        run: fn(&Bench<M>) -> Result<()>,
    ) -> Self {
        Self {
            name,
            about,
            waits: false,
            alone: false,
            body: Body::Custom {
                run,
                with_peers: false,
            },
        }
    }

    /// The same, and peers are held to it, too.
    #[must_use]
    pub fn with_peers(mut self) -> Self {
        if let Body::Custom { with_peers, .. } = &mut self.body {
            *with_peers = true;
        }
        self
    }

    /// The same, which mostly waits: for a time-out, a pause or a stall. More of these run
    /// at once than there are cores. So it is for a case that takes little of a core, and
    /// whose check bears that others run beside it.
    #[must_use]
    pub fn waits(self) -> Self {
        Self {
            waits: true,
            ..self
        }
    }

    /// The same, with no other beside it: for a bound that a machine keeps which does
    /// nothing else. The others wait meanwhile, so few cases should ask for it.
    #[must_use]
    pub fn alone(self) -> Self {
        Self {
            alone: true,
            ..self
        }
    }

    /// Whether a peer can be held to it.
    pub fn is_for_peers(&self) -> bool {
        match self.body {
            Body::Custom { with_peers, .. } => with_peers,
            Body::Holds { .. } | Body::Fails { .. } => true,
        }
    }
}

/// Where a case is held against one variant or peer.
#[derive(Debug)]
pub struct Bench<M> {
    program: Program,
    runner: Runner,
    name: String,
    /// What it is known to fail besides this case.
    declared: Vec<Deviation>,
    model: std::marker::PhantomData<fn() -> M>,
}

impl<M> Bench<M> {
    /// A bench for one variant or peer of the model that `program` speaks for.
    pub fn new(program: Program, runner: Runner, name: impl Into<String>) -> Self {
        Self {
            program,
            runner,
            name: name.into(),
            declared: Vec::new(),
            model: std::marker::PhantomData,
        }
    }

    /// The same, of one that is known to fail these cases.
    #[must_use]
    pub fn declaring(mut self, deviations: impl IntoIterator<Item = Deviation>) -> Self {
        self.declared.extend(deviations);
        self
    }

    /// What it is known to fail besides this case: a breach of it is no failure here.
    pub fn declared(&self) -> &[Deviation] {
        &self.declared
    }

    /// The variant's or peer's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variant or peer that does the job.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// The program that speaks for the model.
    pub fn program(&self) -> &Program {
        &self.program
    }
}
