//! What timelines are drawn with.

/// What cells are made of.
#[derive(Debug)]
pub struct Characters {
    /// From nearly nothing to all of the cell's time.
    pub levels: &'static [char],
    /// The next task begins where another ended.
    pub boundary: char,
    /// The job ends.
    pub end: char,
    /// The job continues after the end of the axis.
    pub more: char,
    /// What was out of the ordinary; the last stands for all further notes.
    pub notes: &'static [char],
}

pub(crate) const BLOCKS: Characters = Characters {
    levels: &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    boundary: '▐',
    end: '│',
    more: '›',
    notes: &['×', '○', '◆', '?'],
};

pub(crate) const ASCII: Characters = Characters {
    levels: &['.', ':', '-', '=', '#'],
    boundary: '|',
    end: '<',
    more: '>',
    notes: &['x', 'o', '*', '?'],
};
