package web

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
)

// handler answers one route for one visit.
type handler func(c *fiber.Ctx, v *visit) error

// route is one page action and who may call it. The flow table checks an
// action's role again.
type route struct {
	method string
	path   string
	roles  []string
	handle handler
}

var (
	public   []string        // anybody, signed in or not
	anyone   = []string{"*"} // anybody signed in
	deskOnly = []string{tickets.RoleOperator, tickets.RoleLead}
	workers  = []string{tickets.RoleOperator, tickets.RoleLead, tickets.RoleInvestigator}
	readers  = []string{tickets.RoleOperator, tickets.RoleLead, tickets.RoleInvestigator, tickets.RoleCustodian} // who may open a ticket's page, where the policies show it
	hands    = []string{tickets.RoleLead, tickets.RoleInvestigator}
	keepers  = []string{tickets.RoleLead, tickets.RoleCustodian} // who decide requests
	leads    = []string{tickets.RoleLead}
	systems  = []string{tickets.RoleSystem}
	lenders  = []string{tickets.RoleLead, tickets.RoleSecurity}
)

// routes is THE list of pages.
func (s *server) routes() []route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	return []route{
		{get, "/", public, s.home},
		{get, "/sign-in", public, s.signInForm},
		{post, "/sign-in", public, s.signIn},
		{post, "/sign-out", anyone, s.signOut},
		{get, "/language/:lang", public, s.language},

		{get, "/desk", deskOnly, s.deskForm},
		{post, "/desk", deskOnly, s.deskSave},
		{get, "/desk/places", deskOnly, s.deskPlaces},
		{post, "/desk/caller", deskOnly, s.deskCaller},
		{post, "/desk/caller/urge", deskOnly, s.deskUrge},
		{get, "/dispatch", deskOnly, s.dispatchList},
		{get, "/work", hands, s.workList},
		{get, "/tickets", workers, s.ticketList},
		{post, "/tickets/search", workers, s.ticketSearch},
		{get, "/requests", keepers, s.requests},
		{get, "/tickets/:number", readers, s.ticket},
		{get, "/tickets/:number/proposal", workers, s.ticketProposal},
		{get, "/tickets/:number/likely", workers, s.ticketLikely},
		{get, "/tickets/:number/clocks/:id", readers, s.ticketClock},
		{get, "/tickets/:number/files/:id", workers, s.ticketFile},
		{post, "/tickets/:number/files", workers, s.ticketAttach},
		{post, "/tickets/:number/contact", workers, s.ticketContact},
		{post, "/tickets/:number/actions/:action", readers, s.ticketAct},
		{get, "/tickets/:number/documents/new", workers, s.documentDraft},
		{post, "/tickets/:number/documents", workers, s.documentIssue},
		{get, "/tickets/:number/documents/:id", workers, s.document},
		{get, "/tickets/:number/documents/:id/print", workers, s.documentPrint},
		{post, "/tickets/:number/documents/:id/print", workers, s.documentPrintNamed},
		{get, "/tickets/:number/documents/:id/docx", workers, s.documentFile},
		{post, "/tickets/:number/documents/:id/docx", workers, s.documentFileNamed},
		{post, "/tickets/:number/documents/:id/files", workers, s.documentReturn},
		{post, "/tickets/:number/documents/:id/cancel", workers, s.documentCancel},
		{get, "/d/:token", workers, s.documentCode},

		{get, "/board", leads, s.board},
		{get, "/indicators", deskOnly, s.indicators},
		{post, "/indicators/export", deskOnly, s.indicatorsExport},
		{get, "/ledgers/:ledger", deskOnly, s.ledger},
		{post, "/ledgers/:ledger/export", deskOnly, s.ledgerExport},

		{get, "/tasks", hands, s.tasks},
		{get, "/tasks/:number", workers, s.task},
		{post, "/tasks/:number/sign", hands, s.taskSign},
		{post, "/tasks/:number/answer", hands, s.taskAnswer},
		{get, "/tasks/:number/files/:id", workers, s.taskFile},

		{get, "/operations", systems, s.operations},
		{post, "/operations/jobs/:id/retry", systems, s.operationsRetry},

		{get, "/deputies", lenders, s.deputies},
		{post, "/deputies", lenders, s.deputiesLend},
		{post, "/deputies/end", lenders, s.deputiesEnd},
		{post, "/deputies/away", leads, s.deputiesAway},
		{post, "/deputies/away/:id/end", leads, s.deputiesBack},
		{get, "/duty", leads, s.duty},
		{post, "/duty", leads, s.dutyAdd},
		{post, "/duty/copy", leads, s.dutyCopy},
		{post, "/duty/phones", leads, s.dutyPhones},
		{post, "/duty/:id/remove", leads, s.dutyRemove},

		{get, "/settings", systems, s.settings},
		{get, "/settings/categories", systems, s.settingsCategories},
		{post, "/settings/categories", systems, s.settingsCategoryAdd},
		{get, "/settings/categories/:code", systems, s.settingsCategory},
		{post, "/settings/categories/:code", systems, s.settingsCategorySave},
		{post, "/settings/categories/:code/undo", systems, s.settingsCategoryUndo},
		{get, "/settings/rules", systems, s.settingsRules},
		{get, "/settings/rules/:code", systems, s.settingsRule},
		{post, "/settings/rules/:code", systems, s.settingsRuleSave},
		{post, "/settings/rules/:code/undo", systems, s.settingsRuleUndo},
		{get, "/settings/routing", systems, s.settingsRouting},
		{post, "/settings/routing/try", systems, s.settingsTry},
		{post, "/settings/routing/released", systems, s.settingsReleased},
		{post, "/settings/routing/released/undo", systems, s.settingsReleasedUndo},
		{post, "/settings/routing/danger", systems, s.settingsDangerAdd},
		{post, "/settings/routing/danger/remove", systems, s.settingsDangerRemove},
		{post, "/settings/routing/danger/undo", systems, s.settingsDangerUndo},
		{get, "/settings/routing/places", systems, s.settingsPlacePick},
		{get, "/settings/routing/places/:id", systems, s.settingsPlace},
		{post, "/settings/routing/places/:id", systems, s.settingsPlaceSave},
		{get, "/settings/calendars", systems, s.settingsCalendars},
		{post, "/settings/calendars", systems, s.settingsCalendarImport},

		{get, "/status", public, s.statusForm},
		{post, "/status", public, s.statusShow},
	}
}

// Errors of the door.
var (
	errSignIn    = errors.New("sign in first")
	errForbidden = errors.New("the role does not allow this")
)

// enter finds out who it is, checks the role and the form's token, and calls
// the handler.
func (s *server) enter(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v, err := s.visitOf(c)
		if err != nil {
			return err
		}
		if err := allowed(r.roles, v); err != nil {
			return err
		}
		if r.method == fiber.MethodPost {
			if err := s.checkForm(c, v); err != nil {
				return err
			}
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return r.handle(c, v)
	}
}

func allowed(roles []string, v *visit) error {
	switch {
	case roles == nil:
		return nil
	case !v.signedIn():
		return errSignIn
	case slices.Equal(roles, anyone), slices.ContainsFunc(roles, v.me.Has):
		return nil
	}
	return errForbidden
}

// enterMonitor guards asynqmon, whose own calls carry no form token: a change
// must come from a page of ours.
func (s *server) enterMonitor(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v, err := s.visitOf(c)
		if err != nil {
			return err
		}
		if err := allowed(systems, v); err != nil {
			return err
		}
		if c.Method() != fiber.MethodGet && !sameOrigin(c) {
			return errForm
		}
		return next(c)
	}
}

// sameOrigin tells whether the browser says that a page of ours asked.
func sameOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	u, err := url.Parse(c.Get(fiber.HeaderOrigin))
	return err == nil && u.Host != "" && u.Host == c.Hostname()
}

// local keeps a path of ours; anything that could lead elsewhere becomes "/".
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') ||
		strings.ContainsFunc(path, unicode.IsControl) { // browsers drop a TAB: /<TAB>/host would lead away
		return "/"
	}
	return path
}
