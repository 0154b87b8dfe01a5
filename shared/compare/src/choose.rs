//! Choosing: questions, each answer with its reason, and a variant at the end.
//!
//! [`tree`] is the one source. `compare choose` asks its questions, and `compare splice`
//! writes it into docs/src/choosing.md.

pub(crate) mod answers;
pub(crate) mod dialogue;
pub(crate) mod end;
pub(crate) mod page;
pub(crate) mod reasons;
pub(crate) mod tree;

#[cfg(test)]
mod tests;

/// A question with the answers that it has.
#[derive(Debug)]
pub(crate) struct Question {
    /// What `--answers` calls it. Questions on different ways may share it.
    pub(crate) name: &'static str,
    /// Its heading in the book, which no other question has.
    pub(crate) title: &'static str,
    /// The question itself.
    pub(crate) ask: &'static str,
    /// The name of the answer that is assumed where somebody does not know.
    pub(crate) assumed: &'static str,
    pub(crate) answers: &'static [Answer],
}

/// An answer, and what follows from it.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What `--answers` calls it.
    pub(crate) name: &'static str,
    /// What it means, as one would say it.
    pub(crate) says: &'static str,
    /// Why that follows: one or two sentences. What stands in braces is a figure of the
    /// kept results, by the name that documents have it by.
    pub(crate) why: &'static str,
    /// Where that was found.
    pub(crate) found: Found,
    /// The most that this answer is of, where the answers are counts; else none.
    pub(crate) most: Option<usize>,
    pub(crate) then: Then,
}

/// A finding, or what a page says of its bias.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The page, below the workspace.
    pub(crate) page: &'static str,
    /// Its section, where it is named: that of the page on which the questions stand.
    pub(crate) section: Option<&'static str>,
    /// Words of it.
    pub(crate) words: &'static str,
}

/// What follows an answer.
#[derive(Debug)]
pub(crate) enum Then {
    Ask(&'static Question),
    Take(Choice),
}

/// The end of a way: a variant, and how to compare it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) model: &'static str,
    /// Of `hazards`, the runtime.
    pub(crate) variant: &'static str,
    /// Arguments of the job, with a question's name in braces where its count belongs.
    pub(crate) job: &'static str,
    /// The hazard, which stands for a pair of functions; of other models none.
    pub(crate) hazard: Option<&'static str>,
    /// Kept results that show it better than the model's own.
    pub(crate) kept: Option<&'static str>,
    /// The variant that it is held against; of none, the model's first.
    pub(crate) beside: Option<&'static str>,
    /// Other variants, each with the situation that asks for it.
    pub(crate) or: &'static [(&'static str, &'static str)],
    /// The page on the way out of what is discontinued.
    pub(crate) leaving: Option<&'static str>,
}

impl Question {
    /// The answer that is assumed where somebody does not know.
    pub(crate) fn assumed(&self) -> &'static Answer {
        let found = self.answers.iter().find(|one| one.name == self.assumed);
        found.expect("a question assumes one of its answers")
    }

    /// Whether the answers are counts.
    pub(crate) fn counts(&self) -> bool {
        self.answers.iter().any(|one| one.most.is_some())
    }

    /// The questions from here on, each once, in the order of the answers.
    pub(crate) fn all(&'static self) -> Vec<&'static Question> {
        let mut all = Vec::new();
        self.collect(&mut all);
        all
    }

    fn collect(&'static self, all: &mut Vec<&'static Question>) {
        if all.iter().any(|known| std::ptr::eq(*known, self)) {
            return;
        }
        all.push(self);
        for answer in self.answers {
            if let Then::Ask(next) = &answer.then {
                next.collect(all);
            }
        }
    }
}

impl Answer {
    pub(crate) const fn ask(
        (name, says): (&'static str, &'static str),
        why: &'static str,
        found: Found,
        next: &'static Question,
    ) -> Self {
        let then = Then::Ask(next);
        Self {
            name,
            says,
            why,
            found,
            most: None,
            then,
        }
    }

    pub(crate) const fn take(
        (name, says): (&'static str, &'static str),
        why: &'static str,
        found: Found,
        choice: Choice,
    ) -> Self {
        let then = Then::Take(choice);
        Self {
            name,
            says,
            why,
            found,
            most: None,
            then,
        }
    }

    /// Makes it the answer of all counts up to this one that no smaller answer has.
    pub(crate) const fn up_to(mut self, most: usize) -> Self {
        self.most = Some(most);
        self
    }
}

impl Choice {
    pub(crate) const fn new(
        model: &'static str,
        variant: &'static str,
        job: &'static str,
    ) -> Self {
        Self {
            model,
            variant,
            job,
            hazard: None,
            kept: None,
            beside: None,
            or: &[],
            leaving: None,
        }
    }

    /// A failing function and its cure.
    pub(crate) const fn hazard(hazard: &'static str, variant: &'static str) -> Self {
        let mut choice = Self::new("hazards", variant, "");
        choice.hazard = Some(hazard);
        choice
    }

    pub(crate) const fn kept(mut self, name: &'static str) -> Self {
        self.kept = Some(name);
        self
    }

    pub(crate) const fn beside(mut self, variant: &'static str) -> Self {
        self.beside = Some(variant);
        self
    }

    pub(crate) const fn or(
        mut self,
        or: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.or = or;
        self
    }

    pub(crate) const fn leaving(mut self, page: &'static str) -> Self {
        self.leaving = Some(page);
        self
    }

    /// The job's arguments, with the counts that were given.
    pub(crate) fn job(&self, counts: &[(&str, usize)]) -> String {
        if let Some(hazard) = self.hazard {
            return format!("--hazard {hazard}");
        }
        let mut job = self.job.to_owned();
        for (name, count) in counts {
            job = job.replace(&format!("{{{name}}}"), &count.to_string());
        }
        job
    }
}
