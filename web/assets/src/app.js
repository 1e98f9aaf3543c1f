// The browser half of the desk: partial updates, live events, and the menus of Tabler.
// Nothing here is needed to read a page or to send a form; without it the pages still work.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import "@tabler/core";
