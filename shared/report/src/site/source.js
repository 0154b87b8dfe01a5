{
  const [button, copied, text] = ['copy', 'copied', 'text'].map((id) => document.getElementById(id));
  button.hidden = false;
  button.addEventListener('click', () => {
    // Works from disk, too, and where the clipboard is not to be asked for.
    getSelection().selectAllChildren(text);
    copied.textContent = document.execCommand('copy') ? 'Copied' : 'Selected: copy with Ctrl+C';
  });
}
