//! Progress on standard error: a line that changes on a terminal, else one line per model.

use std::{
    cell::RefCell,
    fmt,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use test_fixtures::{is_utf8, local, tell};

use crate::standing::{Standing, leading};

/// Columns of a line that are not the message's: the spinner, a space, and the last one,
/// which some terminals wrap at.
const TAKEN: usize = 3;
/// A terminal's width where it doesn't report one.
const WIDTH: usize = 80;

/// What is being done now.
pub struct Progress {
    bar: ProgressBar,
    now: RefCell<Now>,
    /// Draws the rounds so far instead of the line alone.
    draw: Option<Draw>,
}

/// Lines of at most this many columns.
pub type Draw = fn(&View<'_>, usize) -> Vec<String>;

/// What can be drawn while rounds are being run.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What is being done.
    pub line: &'a str,
    /// The row that ratios are to.
    pub reference: &'a str,
    /// The other rows.
    pub standings: &'a [Standing],
}

/// What a line is made of.
#[derive(Default)]
struct Now {
    /// The model, or the point of a sweep, and where it stands among the others.
    part: String,
    /// Models after this one; `None` where the others don't show how long they take.
    later: Option<usize>,
    /// When this model began.
    began: Option<Instant>,
    /// How long the models before it took.
    took: Vec<Duration>,
    /// "round 4 of 6".
    round: String,
    /// The row whose trial runs.
    row: String,
    /// About how long all of it will still take, and when that was reckoned.
    left: Option<(Duration, Instant)>,
    /// What was found so far in this model.
    found: Option<String>,
    /// The row that ratios are to, and how the others stand to it.
    standings: (String, Vec<Standing>),
}

impl Progress {
    /// Nothing is being done yet.
    #[must_use]
    pub fn shown() -> Self {
        let bar = ProgressBar::new_spinner();
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        let style = style.expect("the template is well formed");
        bar.set_style(match is_utf8() {
            true => style,
            false => style.tick_chars("|/-\\ "),
        });
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            now: RefCell::default(),
            draw: None,
        }
    }

    /// The rounds so far are drawn as they come in, at most five times a second.
    #[must_use]
    pub fn drawn(draw: Draw) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(5);
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{msg}");
        bar.set_style(style.expect("the template is well formed"));
        Self {
            bar,
            now: RefCell::default(),
            draw: Some(draw),
        }
    }

    /// Whether the terminal shows more than one line per model.
    pub fn is_live(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// A model begins, the one with index `index` among `of`.
    pub fn begin(&self, model: &str, index: usize, of: usize) {
        let part = match of {
            1 => model.to_owned(),
            _ => format!("{model} {} of {of}", index + 1),
        };
        let mut now = self.now.borrow_mut();
        now.begin(part, Some(of - index - 1));
        if self.bar.is_hidden() {
            let place = (of > 1).then(|| format!(", {} of {of}", index + 1));
            let left = now.left().map(|left| format!(", {}", about(left)));
            let (place, left) = (place.unwrap_or_default(), left.unwrap_or_default());
            tell(format_args!("{model}: comparing{place}{left} …"));
        }
    }

    /// A point of a sweep begins. Larger sizes take longer, so the line estimates no
    /// time.
    pub fn begin_point(&self, point: &str) {
        if self.bar.is_hidden() {
            tell(format_args!("{point} …"));
        }
        self.now.borrow_mut().begin(point.to_owned(), None);
    }

    /// A round begins after `done` others. All of the model is to take as long as
    /// `expected` of them, where that is known.
    pub fn begin_round(&self, done: usize, expected: Option<Expected>) {
        let mut now = self.now.borrow_mut();
        now.round = match expected {
            Some(Expected {
                rounds,
                is_most: true,
                ..
            }) => format!("round {} of at most {rounds}", done + 1),
            Some(Expected { rounds, .. }) => format!("round {} of {rounds}", done + 1),
            None => format!("round {}", done + 1),
        };
        now.reckon(done, expected);
    }

    /// A trial begins.
    pub fn tell(&self, model: &str, name: &str) {
        let mut now = self.now.borrow_mut();
        if now.part.is_empty() {
            model.clone_into(&mut now.part);
        }
        name.clone_into(&mut now.row);
        self.show(&now);
    }

    /// A trial begins that records its spans.
    pub fn tell_timeline(&self, model: &str, name: &str) {
        "timelines".clone_into(&mut self.now.borrow_mut().round);
        self.tell(model, name);
    }

    /// How the rows stand to the reference after a round.
    pub fn stand(&self, standings: Vec<Standing>, reference: &str) {
        let mut now = self.now.borrow_mut();
        // The picture shows it.
        if self.draw.is_none() {
            now.found = leading(&standings, reference);
        }
        now.standings = (reference.to_owned(), standings);
        self.show(&now);
    }

    fn show(&self, now: &Now) {
        if !self.is_live() {
            return;
        }
        let width = console_width();
        self.bar.set_message(match self.draw {
            Some(draw) => self.picture(now, draw, width).join("\n"),
            None => now.line(width.saturating_sub(TAKEN)),
        });
    }

    fn picture(&self, now: &Now, draw: Draw, width: usize) -> Vec<String> {
        // Some terminals wrap at the last column.
        let width = width.saturating_sub(1);
        let (reference, standings) = &now.standings;
        let line = now.line(width);
        match standings.is_empty() {
            true => vec![line],
            false => draw(
                &View {
                    line: &line,
                    reference,
                    standings,
                },
                width,
            ),
        }
    }

    /// The last picture stays above what follows it.
    fn leave_picture(&self) {
        let mut now = self.now.borrow_mut();
        let Some(draw) = self.draw.filter(|_| self.is_live()) else {
            return;
        };
        self.bar.finish_and_clear();
        if !now.standings.1.is_empty() {
            let all = self.picture(&now, draw, console_width());
            now.standings.1.clear();
            all.into_iter().for_each(tell);
        }
    }

    /// No floor could be measured in this round, but the comparison continues.
    pub fn warn(&self, model: &str, why: &str) {
        let line = format!("{model}: no floor in this round: {why}");
        self.bar.suspend(|| tell(line));
    }

    /// A row's survey could not be made, but the comparison continues.
    pub fn warn_of(&self, model: &str, name: &str, why: &str) {
        let line = format!("{model}: no survey of {name}: {why}");
        self.bar.suspend(|| tell(line));
    }

    /// Makes room for lines on the terminal.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.leave_picture();
        self.bar.suspend(write)
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Progress({})", self.now.borrow().part)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.leave_picture();
        self.bar.finish_and_clear();
    }
}

/// How many rounds a model is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The rounds.
    pub rounds: usize,
    /// What comes after them and takes about as long as one: timelines.
    pub after: usize,
    /// Whether it may end earlier.
    pub is_most: bool,
}

impl Now {
    fn begin(&mut self, part: String, later: Option<usize>) {
        let instant = Instant::now();
        if let Some(began) = self.began.replace(instant) {
            self.took.push(instant - began);
        }
        let mean = mean(&self.took).filter(|_| later.is_some());
        let left = |mean: Duration| (mean * (later.unwrap_or(0) + 1) as u32, instant);
        self.left = mean.map(left);
        (self.part, self.later) = (part, later);
        self.round.clear();
        self.row.clear();
        self.found = None;
        self.standings.1.clear();
    }

    /// The time that is left, by the rounds so far and the models so far. The budget is not
    /// asked: six rounds may take longer than a model's part of it.
    fn reckon(&mut self, done: usize, expected: Option<Expected>) {
        let (Some(began), Some(expected), Some(later), 1..) =
            (self.began, expected, self.later, done)
        else {
            return;
        };
        let left = left(began.elapsed(), done, expected, &self.took, later);
        self.left = Some((left, Instant::now()));
    }

    fn left(&self) -> Option<Duration> {
        let (left, at) = self.left?;
        Some(left.saturating_sub(at.elapsed()))
    }

    /// The line, at most `width` columns wide: what matters least is left out first.
    fn line(&self, width: usize) -> String {
        let row = match &*self.row {
            "" => self.round.clone(),
            row => format!("{}, {row}", self.round),
        };
        let left = self.left().map(about).unwrap_or_default();
        let found = self.found.as_deref().unwrap_or_default();
        let (part, round) = (&*self.part, &*self.round);
        let so_far = match found {
            "" => String::new(),
            found => format!("so far: {found}"),
        };
        let choices = [
            &[part, &row, &left, &so_far][..],
            &[part, round, &left, &so_far],
            &[part, round, &left, found],
            &[part, &left, found],
            &[part, round, &left],
            &[part, &left],
        ];
        let join = |parts: &&[&str]| {
            let parts = parts.iter().filter(|part| !part.is_empty());
            let line = parts.copied().collect::<Vec<_>>().join(" · ");
            local(&line).into_owned()
        };
        let mut lines = choices.iter().map(join);
        let fits = |line: &String| line.chars().count() <= width;
        lines.find(fits).unwrap_or_else(|| {
            let part = local(part).into_owned();
            part.chars().take(width).collect()
        })
    }
}

/// What is left of this model, and of `later` more models, each as long as the others
/// were.
fn left(
    elapsed: Duration,
    done: usize,
    expected: Expected,
    took: &[Duration],
    later: usize,
) -> Duration {
    let rounds = (expected.rounds + expected.after).max(done);
    let this = elapsed.mul_f64(rounds as f64 / done as f64);
    let mut all = took.to_vec();
    all.push(this);
    let mean = mean(&all).unwrap_or_default();
    this.saturating_sub(elapsed) + mean * later as u32
}

fn mean(all: &[Duration]) -> Option<Duration> {
    let sum: Duration = all.iter().sum();
    sum.checked_div(all.len() as u32)
}

/// "about 55 s left".
fn about(left: Duration) -> String {
    let seconds = left.as_secs_f64();
    match seconds {
        ..1.5 => "about 1 s left".to_owned(),
        1.5..10.0 => format!("about {seconds:.0} s left"),
        10.0..117.5 => format!("about {:.0} s left", (seconds / 5.0).round() * 5.0),
        _ => format!("about {:.0} min left", seconds / 60.0),
    }
}

/// The columns of the terminal that standard error is.
fn console_width() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    size.map_or(WIDTH, |(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn now() -> Now {
        Now {
            part: "semaphores 3 of 10".to_owned(),
            round: "round 4 of 6".to_owned(),
            row: "tokio".to_owned(),
            left: Some((SECOND * 56, Instant::now())),
            found: Some("tokio 0.95 of std_only".to_owned()),
            ..Now::default()
        }
    }

    #[test]
    fn a_line_never_wraps_and_says_what_matters_most() {
        let dotted = |line: String| line.replace('*', "·");
        let line = |width| dotted(now().line(width));
        assert_eq!(
            line(100),
            "semaphores 3 of 10 · round 4 of 6, tokio · about 55 s left \
             · so far: tokio 0.95 of std_only"
        );
        assert_eq!(
            line(77),
            "semaphores 3 of 10 · round 4 of 6 · about 55 s left · \
             tokio 0.95 of std_only"
        );
        assert_eq!(line(40), "semaphores 3 of 10 · about 55 s left");
        for width in 0..120 {
            assert!(line(width).chars().count() <= width, "{width}");
        }
    }

    #[test]
    fn the_time_left_is_that_of_the_rounds_and_of_the_models() {
        let expected = Expected {
            rounds: 6,
            after: 1,
            is_most: false,
        };
        // Two of seven are done.
        let alone = left(SECOND * 2, 2, expected, &[], 0);
        assert_eq!(alone, SECOND * 5);
        // One that took 9 s, and this one of 7 s: three more take 8 s each.
        let among = left(SECOND * 2, 2, expected, &[SECOND * 9], 3);
        assert_eq!(among, SECOND * (5 + 24));
        // More rounds than expected are no time below nothing.
        let beyond = left(SECOND * 9, 9, expected, &[], 0);
        assert_eq!(beyond, Duration::ZERO);
    }

    #[test]
    fn a_time_is_as_exact_as_it_can_be() {
        for (seconds, said) in [
            (0.0, "about 1 s left"),
            (7.4, "about 7 s left"),
            (56.0, "about 55 s left"),
            (200.0, "about 3 min left"),
        ] {
            assert_eq!(about(Duration::from_secs_f64(seconds)), said);
        }
    }

    #[test]
    fn a_model_has_nothing_of_the_one_before() {
        let mut now = now();
        now.begin("locks 4 of 10".to_owned(), Some(6));
        assert_eq!(now.line(80), "locks 4 of 10");
        now.begin("gather 5 of 10".to_owned(), Some(5));
        assert!(now.line(80).contains("left"), "one before it took a time");
        now.begin("locks n=10, 1 of 3".to_owned(), None);
        assert_eq!(now.line(80), "locks n=10, 1 of 3");
    }
}
