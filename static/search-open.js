// All of search that every page loads: opens the dialog, and fetches the rest the first time that it is needed. The
// addresses are in data attributes of this script's own tag.
(() => {
  'use strict';
  const addresses = document.currentScript.dataset;
  const dialog = document.getElementById('_search');
  if (!dialog) return;
  const input = dialog.querySelector('input');

  const script = (address) =>
    new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.src = address;
      // Fetched at the same time, run in the order asked for.
      element.async = false;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`cannot load ${element.src}`));
      document.head.append(element);
    });

  // Each script once; one that failed is tried again the next time.
  const loading = new Map();
  const need = (address) => {
    if (!loading.has(address)) {
      loading.set(address, script(address));
      loading.get(address).catch(() => loading.delete(address));
    }
    return loading.get(address);
  };

  const fetchDialog = async () => {
    try {
      await Promise.all([need(addresses.engine), need(addresses.marks), need(addresses.dialog)]);
      await bookSearch.start(new URL(addresses.index, document.baseURI).href);
    } catch (error) {
      console.error(error);
      dialog.querySelector('.search-note').textContent =
        'Search could not be loaded. Close it and open it again for another try.';
    }
  };

  // The field is there at once: what is typed while the rest comes is answered when it has come.
  const open = () => {
    if (!dialog.open) {
      dialog.showModal();
      fetchDialog();
    }
    input.select();
  };

  for (const button of document.querySelectorAll('.search-button')) button.addEventListener('click', open);
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.closest('[data-search="close"]')) dialog.close();
  });

  // `/` is text in a field and belongs to a demo inside of it; Ctrl-K and Cmd-K are nobody's text.
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey) return;
    const isChord = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'k';
    const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey;
    const elsewhere = event.target.closest?.('input, textarea, select, [contenteditable], .demo, dialog');
    if (!isChord && (!isSlash || elsewhere)) return;
    event.preventDefault();
    open();
  });

  // A page that was opened from a result marks the words that led to it.
  let marks = null;
  try {
    marks = JSON.parse(sessionStorage.getItem('search-marks'));
  } catch {
    // Without storage there is nothing to mark.
  }
  if (marks?.page === location.href.split('#')[0]) {
    Promise.all([need(addresses.engine), need(addresses.marks)]).then(() => bookSearch.mark(marks), console.error);
  }
})();
