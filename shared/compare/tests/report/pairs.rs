//! Pairs of sources: picked by key and by mouse, shared, and shown whole.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{MODEL, browser::Page, pages::Pages, reading::tab_to};

/// The pair is in the headline, the code, the timelines, the rows and the address.
fn pair_is(page: &mut Page, left: &str, right: &str) -> Result<()> {
    page.wait(&format!("location.hash === '#semaphores:{left}..{right}'"))?;
    let told =
        page.evaluate(&format!("{MODEL}.querySelector('.differs').textContent"))?;
    let beside = format!("{left} beside {right}");
    ensure!(
        told.as_str().is_some_and(|told| told.starts_with(&beside)),
        "{told}"
    );
    let checks = [
        "[...S.querySelectorAll('.diff th')].map(h => h.textContent.replace(/.*\\/|\\.\\w+$/g, ''))",
        "[...S.querySelectorAll('.pair .again .name code')].map(c => c.textContent)",
        "[...S.querySelectorAll('.pair-rows tbody th code')].map(c => c.textContent)",
        "[...S.querySelectorAll('.choose :checked')].map(c => c.dataset.name)",
    ];
    for check in checks {
        let seen = page.evaluate(&check.replacen('S', MODEL, 1))?;
        ensure!(seen == json!([left, right]), "{check}: {seen}");
    }
    let drawn = page.evaluate(&format!(
        "[...{MODEL}.querySelectorAll('.pair use')].every(u => u.getBBox().width > 0)"
    ))?;
    ensure!(drawn == true, "a timeline of the pair is empty");
    Ok(())
}

pub(crate) fn a_pair_is_picked_by_keyboard(_: &Pages, page: &mut Page) -> Result<()> {
    // A name of the first side follows the one before it.
    let focused = |side: &str| {
        format!(
            "{MODEL}.contains(document.activeElement) && document.activeElement.name === '{side}'"
        )
    };
    let until = |page: &mut Page, side: &str, name: &str| -> Result<()> {
        tab_to(page, &focused(side))?;
        let is = format!("document.activeElement.dataset.name === '{name}'");
        for _ in 0..20 {
            if page.evaluate(&is)? == true {
                return Ok(());
            }
            page.press("ArrowDown")?;
        }
        anyhow::bail!("20 times down do not lead to {name}")
    };
    until(page, "left", "tokio")?;
    until(page, "right", "smol")?;
    pair_is(page, "tokio", "smol")
}

pub(crate) fn a_pair_is_picked_by_mouse(_: &Pages, page: &mut Page) -> Result<()> {
    for (side, name) in [("left", "async_std"), ("right", "python")] {
        let choice = format!("[name={side}][data-name={name}]");
        page.click(&format!(
            "{MODEL}.querySelector('{choice}').closest('label')"
        ))?;
    }
    pair_is(page, "async_std", "python")?;
    page.click(&format!("{MODEL}.querySelector('[name=swap]')"))?;
    pair_is(page, "python", "async_std")
}

pub(crate) fn a_link_restores_the_pair(pages: &Pages, page: &mut Page) -> Result<()> {
    page.open(&format!("{}#semaphores:rayon..surf", pages.recorded))?;
    pair_is(page, "rayon", "surf")?;
    let link = page.evaluate(&format!(
        "{MODEL}.querySelector('a.link').getAttribute('href')"
    ))?;
    ensure!(link == "#semaphores:rayon..surf", "{link}");
    let seen = page.evaluate(&format!(
        "(() => {{ const b = {MODEL}.querySelector('.choose').getBoundingClientRect(); \
         return b.top >= 0 && b.top < innerHeight; }})()"
    ))?;
    ensure!(seen == true, "the pair is not in view");
    // One that there isn't changes nothing, as does none at all.
    page.evaluate("location.hash = '#semaphores:rayon..nonesuch'")?;
    page.evaluate("location.hash = '#semaphores:tokio..smol'")?;
    pair_is(page, "tokio", "smol")
}

/// Each pair shows both sources whole, and what it calls the same is the same.
pub(crate) fn every_pair_can_be_shown(_: &Pages, page: &mut Page) -> Result<()> {
    let wrong = page.evaluate(
        r"(() => {
            const wrong = [];
            // A browser throttles a page that changes its address so often.
            history.replaceState = () => {};
            for (const form of document.querySelectorAll('form.choose')) {
                const section = form.closest('section');
                const { left, right } = form.elements;
                for (const one of left) for (const other of right) {
                    left.value = one.value;
                    right.value = other.value;
                    form.dispatchEvent(new Event('change'));
                    const column = (n) => [...section.querySelectorAll(`.diff tbody tr`)]
                        .map(row => row.cells[n]).filter(cell => !cell.matches('.empty'))
                        .map(cell => cell.textContent).join('\n');
                    const source = (key) =>
                        document.getElementById('code-' + key).textContent.trimEnd();
                    const same = [...section.querySelectorAll('.diff tbody tr:not([class])')]
                        .every(row => row.cells[1].textContent === row.cells[4].textContent);
                    if (column(1) !== source(one.value) || column(4) !== source(other.value) || !same) {
                        wrong.push(one.dataset.name + '..' + other.dataset.name);
                    }
                }
            }
            return wrong;
        })()",
    )?;
    ensure!(wrong == json!([]), "{wrong}");
    Ok(())
}
