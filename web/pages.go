package web

// allPages is THE list of pages and fragments; each has its template.
var allPages = []page{
	ErrorPage{}, WelcomePage{}, SignInPage{}, StatusPage{},
	&DeskPage{}, PlacesPart{}, CallerPart{}, ProposalPart{}, LikelyPart{},
	ListPage{}, DispatchPage{}, RequestsPage{}, WorkPage{},
	&TicketPage{}, ClockPage{}, OperationsPage{},
	TasksPage{}, &TaskPage{},
	&DocumentForm{}, DocumentPage{}, DocumentPrint{},
	SettingsPage{}, CategoriesPage{}, CategoryPage{}, RulesPage{}, RulePage{}, RoutingPage{}, PlacePage{}, CalendarsPage{}, DeputiesPage{}, DutyPage{},
	BoardPage{}, IndicatorsPage{}, LedgerPage{},
}
