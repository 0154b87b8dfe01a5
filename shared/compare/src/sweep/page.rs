//! A sweep as a page of its own: three charts, and the tables beneath.

use crate::sweep::{
    chart::{self, escape},
    results::{Quantity, Sweep},
    words,
};

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { background: Canvas; color: CanvasText; font: 16px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 62rem; padding: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: .2rem .6rem; text-align: right; white-space: nowrap; }
th:first-child { text-align: left; }
td small { opacity: .75; }
code { overflow-wrap: anywhere; }
";

/// The whole page. It needs nothing from outside.
pub(crate) fn render(sweep: &Sweep) -> String {
    let title = escape(&words::title(sweep));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        chart::STYLE
    );
    if sweep.interrupted {
        page += "<p><strong>Interrupted: this is what there was.</strong></p>\n";
    }
    page += &format!("<p>{}</p>\n", escape(&sweep.about));
    for (name, lines) in [
        ("Crossings in time", words::crossings(sweep)),
        ("One core", words::one_core(sweep)),
        ("Ends", words::ends(sweep)),
        ("Failures", words::failures(sweep)),
    ] {
        if !lines.is_empty() {
            page += &format!("<h2>{name}</h2>\n{}", list(&lines));
        }
    }
    for quantity in Quantity::ALL {
        let Some(chart) = chart::render(sweep, quantity) else {
            continue;
        };
        let name = heading(quantity);
        page += &format!("<h2>{name}</h2>\n{chart}{}", table(sweep, quantity));
    }
    page + &made_with(sweep) + "</main>\n</body>\n</html>\n"
}

fn heading(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Time => "Time",
        Quantity::Cpu => "CPU time of the whole process",
        Quantity::Memory => "Memory at the most",
    }
}

fn list(lines: &[String]) -> String {
    let items: String = lines
        .iter()
        .map(|line| format!("<li>{}</li>\n", escape(line)))
        .collect();
    format!("<ul>\n{items}</ul>\n")
}

/// Medians with their intervals, and the growth that they show.
fn table(sweep: &Sweep, quantity: Quantity) -> String {
    let sizes: String = sweep
        .points
        .iter()
        .map(|point| format!("<th scope=\"col\">{}</th>", words::whole(point.value)))
        .collect();
    let field = escape(&sweep.field);
    let mut table = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{} by {field}\">\n\
         <table>\n<tr><th scope=\"col\">{field}</th>\
         <th scope=\"col\">growth</th>{sizes}</tr>\n",
        quantity.name()
    );
    for line in sweep.lines.iter().filter(|line| !line.is_not_installed) {
        table += &format!("<tr><th scope=\"row\">{}</th>", escape(&words::name(line)));
        let growth = words::growth(quantity, quantity.growth(line));
        table += &format!("<td>{}</td>", escape(&growth));
        for point in &sweep.points {
            let is_end = line
                .end
                .as_ref()
                .is_some_and(|end| end.value == point.value);
            let mark = line.marks.iter().find(|mark| mark.value == point.value);
            let cell = match mark.and_then(|mark| quantity.of(mark)) {
                _ if is_end => "ends".to_owned(),
                None => String::new(),
                Some(estimate) => {
                    let text = escape(&words::with_interval(quantity, estimate));
                    match text.split_once(" [") {
                        Some((median, interval)) => {
                            format!("{median}<br><small>[{interval}</small>")
                        }
                        None => text,
                    }
                }
            };
            table += &format!("<td>{cell}</td>");
        }
        table += "</tr>\n";
    }
    table + "</table>\n</div>\n"
}

fn made_with(sweep: &Sweep) -> String {
    let host = &sweep.host;
    let rounds = sweep.points.iter().map(|point| point.results.rounds);
    let (fewest, most) = (rounds.clone().min().unwrap_or(0), rounds.max().unwrap_or(0));
    format!(
        "<h2>Made with</h2>\n<p><code>{}</code></p>\n<p>{} ({} cores), {}, {}, {} build; \
         {fewest} to {most} rounds a size. Points are medians, whiskers their 95 % \
         intervals.</p>\n",
        escape(&sweep.command.join(" ")),
        escape(&host.processor),
        host.cores,
        escape(&host.kernel),
        escape(&host.rustc),
        escape(&host.profile),
    )
}
