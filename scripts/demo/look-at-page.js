// Runs in the storyboard's page: opens every fold, then says what is drawn and what sticks out.
(() => {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  const width = document.documentElement.clientWidth;
  const isDrawn = (chart) => {
    const box = chart.querySelector('svg')?.getBoundingClientRect();
    return box !== undefined && box.width > 40 && box.height > 40 && !/syntax error/i.test(chart.textContent);
  };
  // What scrolls by itself, or lies in something that does, may be wider than the page.
  const scrolls = (element) =>
    element !== document.body && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
  const charts = [...document.querySelectorAll('.mermaid')];
  const overflowing = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element))
    .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`);
  return { charts: charts.length, drawn: charts.filter(isDrawn).length, overflowing: overflowing.slice(0, 10) };
})();
