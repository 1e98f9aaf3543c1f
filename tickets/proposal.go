package tickets

// Proposal is what routing thinks: a unit, or why a person must decide.
type Proposal struct {
	Unit    int      `json:"unit"`              // 0: nobody fits
	Certain bool     `json:"certain"`           // it may be dispatched without a person
	Urgency string   `json:"urgency,omitempty"` // raised by danger words
	Reasons []Reason `json:"reasons"`
	Split   bool     `json:"split,omitempty"`    // misconduct and benefit error in one statement
	NotOurs string   `json:"not_ours,omitempty"` // a basis code: return it or tell the caller where to go
	CoUnits []int    `json:"co_units,omitempty"`
	Phone   string   `json:"phone,omitempty"` // of the unit on duty, for a critical matter
}

// Reason is one step of routing in words; Code is stable, for tests and figures.
type Reason struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}
