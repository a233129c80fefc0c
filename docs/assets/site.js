// what scrolls sideways can be reached and moved with the keyboard
document$.subscribe(() => requestAnimationFrame(() => {
  for (const one of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (one.scrollWidth > one.clientWidth) {
      one.tabIndex = 0
    }
  }
}))
