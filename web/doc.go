// Package web is what people see in a browser: the pages, their templates and
// assets, the session, the error page, and the probes of the machine. A handler
// reads a form, makes one call and renders or redirects; the rules live in
// package tickets, the data in the *db packages, and the JSON API in web/api.
// cmd wires it.
package web
