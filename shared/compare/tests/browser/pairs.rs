//! Pairs of sources: picked by key and by mouse, shared, and shown whole.

use anyhow::{Context, Result, ensure};
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

/// Each pair shows both functions whole, or both files, and what it calls the same is the
/// same. What is marked is in one of the two lines only.
pub(crate) fn every_pair_can_be_shown(_: &Pages, page: &mut Page) -> Result<()> {
    let wrong = page.evaluate(
        r"(() => {
            const wrong = [];
            // A browser throttles a page that changes its address so often.
            history.replaceState = () => {};
            for (const form of document.querySelectorAll('form.choose')) {
                const section = form.closest('section');
                const { left, right, whole } = form.elements;
                for (const isWhole of [false, true])
                for (const one of left) for (const other of right) {
                    left.value = one.value;
                    right.value = other.value;
                    whole.checked = isWhole;
                    form.dispatchEvent(new Event('change'));
                    const rows = [...section.querySelectorAll(`.diff tbody tr`)];
                    const column = (n, without) => rows
                        .filter(row => row.className !== without)
                        .map(row => row.cells[n].textContent + '\n').join('');
                    const source = (key) => {
                        const file = document.getElementById('code-' + key);
                        const text = (name) => file.querySelector(name)?.textContent ?? '';
                        const above = isWhole ? text('.header') + text('.adapter') : '';
                        return above + text('.lesson').replace(/([^\n])$/, '$1\n');
                    };
                    const same = rows.filter(row => !row.className)
                        .every(row => row.cells[1].textContent === row.cells[4].textContent);
                    const plain = (cell) => [...cell.childNodes]
                        .filter(node => node.nodeName !== 'MARK')
                        .map(node => node.textContent).join('').replace(/\s/g, '');
                    const marks = rows.filter(row => row.querySelector('mark'))
                        .every(row => plain(row.cells[1]) === plain(row.cells[4]));
                    if (column(1, 'added') !== source(one.value)
                        || column(4, 'removed') !== source(other.value)
                        || !same || !marks) {
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

/// The style writes numbers and marks, for those who see the page and those who hear it.
pub(crate) fn lines_are_numbered_and_marked(_: &Pages, page: &mut Page) -> Result<()> {
    let due = format!(
        r"(() => {{
            const words = {{ changed: 'changed', unlike: 'one left, another right',
                removed: 'left only', added: 'right only' }};
            let [left, right] = [0, 0];
            const texts = [...{MODEL}.querySelectorAll('.diff tbody tr')].map(row => [
                row.className === 'added' ? '' : `${{++left}}`,
                null,
                words[row.className] ?? '',
                row.className === 'removed' ? '' : `${{++right}}`,
                null,
            ].filter((_, n) => row.cells[n].offsetParent));
            return texts.flat();
        }})()"
    );
    page.command("Accessibility.enable", &json!({}))?;
    for width in [1440, 390] {
        page.resize(width)?;
        let due = page.evaluate(&due)?;
        let document = page.command("DOM.getDocument", &json!({"depth": 0}))?;
        let root = &document["root"]["nodeId"];
        let selector = json!({"nodeId": root, "selector": "#semaphores .diff tbody"});
        let table = page.command("DOM.querySelector", &selector)?;
        let all = json!({"nodeId": table["nodeId"]});
        let all = page.command("Accessibility.queryAXTree", &all)?;
        let mut told: Vec<String> = Vec::new();
        let nodes = all["nodes"].as_array().into_iter().flatten();
        for node in nodes.filter(|node| node["ignored"] != true) {
            match node["role"]["value"].as_str() {
                Some("cell") => told.push(String::new()),
                Some("StaticText") => {
                    let text = node["name"]["value"].as_str().context("a text")?;
                    told.last_mut().context("a cell")?.push_str(text);
                }
                _ => {}
            }
        }
        let due = due.as_array().context("texts")?;
        ensure!(told.len() == due.len(), "{width}: {} cells", told.len());
        for (told, due) in told.iter().zip(due).filter(|(_, due)| !due.is_null()) {
            ensure!(told == due, "{width}: {told:?} is not {due}");
        }
    }
    Ok(())
}

/// The button shows what `compare take` prints.
pub(crate) fn a_function_is_taken_home(pages: &Pages, page: &mut Page) -> Result<()> {
    page.open(&format!("{}#semaphores:tokio..python", pages.recorded))?;
    let buttons = format!("[...{MODEL}.querySelectorAll('.take button')]");
    let offered = page.evaluate(&format!(
        "{buttons}.filter(b => b.offsetHeight > 0).map(b => b.textContent)"
    ))?;
    // A peer has nothing to take.
    ensure!(offered == json!(["Take tokio home"]), "{offered}");
    let shown = format!("{MODEL}.querySelector('.take pre')");
    ensure!(page.evaluate(&format!("{shown}.hidden"))? == true);
    page.click(&format!("{buttons}[0]"))?;
    page.wait(&format!("!{shown}.hidden"))?;
    page.wait(&format!(
        "{MODEL}.querySelector('.differs').textContent.startsWith('The function of tokio is')"
    ))?;
    let text = page.evaluate(&format!("{shown}.textContent"))?;
    let text = text.as_str().unwrap_or_default();
    let models = pages.models().iter();
    let mut rows =
        models.flat_map(|model| model["rows"].as_array().into_iter().flatten());
    let source =
        rows.find(|row| row["name"] == "tokio" && row["source"]["needs"] != json!(null));
    let source = &source.context("a lesson")?["source"];
    let file = source["text"].as_str().context("a text")?;
    let (_, lesson) = file.split_once("\n// It needs ").context("a marker")?;
    let (_, lesson) = lesson.split_once("\n\n").context("a function")?;
    let needs = source["needs"].as_array().into_iter().flatten();
    let needs = needs.filter_map(|line| line.as_str());
    let needs: String = needs.map(|line| format!("// {line}\n")).collect();
    ensure!(
        text == format!("// # Cargo.toml\n{needs}\n{lesson}"),
        "{text}"
    );
    let selected = page.evaluate("getSelection().toString()")?;
    let selected = selected.as_str().unwrap_or_default();
    ensure!(selected.trim() == text.trim(), "{selected}");
    Ok(())
}

/// A model with functions that go wrong opens on one of them beside its cure.
pub(crate) fn what_fails_stands_beside_its_cure(
    pages: &Pages,
    page: &mut Page,
) -> Result<()> {
    page.open(&pages.cures)?;
    let block = format!("{MODEL}.querySelector('.cures').closest('.beside')");
    let marked = format!("[...{block}.querySelectorAll('mark')].map(m => m.textContent)");
    ensure!(page.evaluate(&marked)? == json!(["wait", "spawn"]));
    let names = page.evaluate(&format!(
        "[...{block}.querySelectorAll('[data-name]')].map(i => i.dataset.name)"
    ))?;
    let all = [
        "one_lock/tokio",
        "one_lock/smol",
        "two_locks/tokio",
        "two_locks/smol",
    ];
    ensure!(names == json!(all), "{names}");
    page.click(&format!(
        "{block}.querySelector('[data-name=\"two_locks/smol\"]').closest('label')"
    ))?;
    page.wait("location.hash === '#semaphores:two_locks%2Fsmol'")?;
    let told =
        page.evaluate(&format!("{block}.querySelector('.differs').textContent"))?;
    let words = "two_locks/smol beside the cure: 4 lines are the same, 1 differ.";
    ensure!(told == words, "{told}");
    ensure!(page.evaluate(&marked)? == json!(["wait", "spawn"]));
    page.click(&format!("{block}.querySelector('.whole input')"))?;
    let rows = page.evaluate(&format!(
        "{block}.querySelectorAll('.diff tbody tr').length"
    ))?;
    ensure!(rows == 10, "{rows}");
    page.click(&format!("{block}.querySelector('.take button')"))?;
    let shown = format!("{block}.querySelector('.take pre')");
    page.wait(&format!("!{shown}.hidden"))?;
    let text = page.evaluate(&format!("{shown}.textContent"))?;
    let function =
        |call: &str| format!("use a;\n\nfn f() {{\n    {call}(lock, 1);\n}}\n");
    let expected = format!(
        "// # Cargo.toml\n// rayon = \"1\"\n\n// ---- failing.rs\n{}\n// ---- cure.rs\n{}",
        function("wait"),
        function("spawn")
    );
    ensure!(text == expected, "{text}");
    page.open(&format!("{}#semaphores:one_lock/smol", pages.cures))?;
    page.wait(&format!(
        "{block}.querySelector('.differs').textContent.startsWith('one_lock/smol')"
    ))
}

/// What comes along with several functions stands in the page once, and is taken with each.
pub(crate) fn a_shared_file_is_taken_along(pages: &Pages, page: &mut Page) -> Result<()> {
    page.open(&format!("{}#semaphores:smol..tokio", pages.cures))?;
    let block = format!("{MODEL}.querySelector('.pairs').closest('.beside')");
    page.click(&format!("{block}.querySelector('.take button')"))?;
    let shown = format!("{block}.querySelector('.take pre')");
    page.wait(&format!("!{shown}.hidden"))?;
    let text = page.evaluate(&format!("{shown}.textContent"))?;
    let text = text.as_str().unwrap_or_default();
    ensure!(text.contains("use smol::"), "{text}");
    ensure!(
        text.ends_with("}\n\n// ---- ring.rs\npub struct Ring;\n"),
        "{text}"
    );
    let files = format!("{MODEL}.querySelector('.pair-rows + .files').textContent");
    let times = page.evaluate(&format!("{files}.split('pub struct Ring').length - 1"))?;
    ensure!(times == 1, "{times}");
    let differs = page.evaluate(&format!(
        "{block}.querySelector('.diff').textContent.includes('Ring')"
    ))?;
    ensure!(differs == false, "what both have is no difference");
    Ok(())
}
