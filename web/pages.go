package web

// allPages is THE list of pages and fragments; each has its template.
var allPages = []page{
	ErrorPage{}, WelcomePage{}, SignInPage{}, StatusPage{},
	&DeskPage{}, PlacesPart{}, ProposalPart{},
	ListPage{}, DispatchPage{}, WorkPage{},
	&TicketPage{}, ClockPage{}, OperationsPage{},
}
