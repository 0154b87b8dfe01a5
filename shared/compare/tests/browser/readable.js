// What a reader could not read in this page, as a list of sentences.
(() => {
  // Colours as they will be once the scheme has changed.
  document.getAnimations().forEach((one) => one.finish());
  const found = [];
  const main = document.querySelector('main');
  for (let part = main; part; part = part.parentElement) {
    // What no part holds back, the page itself has to scroll for.
    const holds = part === document.documentElement || getComputedStyle(part).overflowX !== 'visible';
    if (holds && part.scrollWidth > part.clientWidth + 1) {
      found.push(`${part.tagName}.${part.className} is ${part.scrollWidth} wide of ${part.clientWidth}`);
    }
  }
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map();
  /** Red, green and blue up to 1 and how opaque it is. */
  const colour = (text) => {
    if (!known.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      known.set(text, [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255));
    }
    return known.get(text);
  };
  const over = (front, back, share) => front.slice(0, 3).map((part, i) => part * share + back[i] * (1 - share));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const styles = new Map();
  /** What is seen behind the text of an element, and how opaque it all is. */
  const behind = (element) => {
    if (!element) return { ground: [1, 1, 1], share: 1 };
    if (!styles.has(element)) {
      const { backgroundColor, opacity } = getComputedStyle(element);
      const { ground, share } = behind(element.parentElement);
      const own = colour(backgroundColor);
      styles.set(element, { ground: over(own, ground, own[3]), share: share * Number(opacity) });
    }
    return styles.get(element);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim();
    const element = texts.currentNode.parentElement;
    const isText = text && !['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE'].includes(element.tagName);
    if (!isText || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    seen += 1;
    const { ground, share } = behind(element);
    const own = colour(getComputedStyle(element).color);
    const [one, other] = [light(over(own, ground, own[3] * share)), light(ground)];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const kind = `${element.tagName}.${element.className}`;
    // One of a kind is enough to find the rest.
    if (contrast < 4.5 && !found.some((one) => one.endsWith(kind))) {
      found.push(`${contrast.toFixed(2)} of “${text.slice(0, 40)}” in ${kind}`);
    }
  }
  if (!seen) found.push('there is no text');
  return found;
})()
