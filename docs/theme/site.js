// What mdBook's own script leaves to a mouse.

// The list of chapters is opened by a label, which no key reaches.
{
  const toggle = document.getElementById('mdbook-sidebar-toggle');
  const box = document.getElementById('mdbook-sidebar-toggle-anchor');
  toggle.tabIndex = 0;
  toggle.setAttribute('role', 'button');
  toggle.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle.click();
    // The list stands before its button, where the next Tab would not find it.
    if (box.checked) document.querySelector('#mdbook-sidebar a.active, #mdbook-sidebar a')?.focus();
  });
}

// Their colours are not held to a contrast, as those of light and navy are.
for (const theme of ['rust', 'coal', 'ayu']) {
  document.getElementById(`mdbook-theme-${theme}`)?.closest('li').remove();
}
