package tickets

import (
	"fmt"
	"strings"
)

// drawnCase is a whole case in a paragraph, and the test that walks it.
type drawnCase struct{ title, test, text string }

// drawnCases are the cases of cmd/hotline/walks: each is walked there through the
// API and through the pages, to its end.
var drawnCases = []drawnCase{
	{"A question answered at once 即时答复", "TestAnInquiryIsAnsweredAtOnce",
		"The operator knows the answer while the caller is on the line: *answer* closes the ticket, and the call itself is the proof. The same question as a 12345 order is answered by the same act; it is signed and fed back to the platform in its wake, and the platform's acceptance meets the order's limit."},
	{"A named report against a township official 实名举报乡镇干部", "TestANamedReportAgainstATownshipOfficial",
		"The township is accused, so it sees nothing and the county is the floor. The statement speaks of misconduct and of a wrong benefit: the proposal says so, and the operator *splits* it into two linked tickets with the same sealed complainant. The county reads a brief that the operator confirmed. To speak with the person the investigator *asks to see the identity*; without a custodian on the line that is refused, with one it is granted for hours and then closes again. The text message says only that there is an answer; reading it with number and receipt code is the delivery. What must go to the discipline office keeps the ticket open until the *transfer* is recorded; receipt and result are added later, also to the closed ticket."},
	{"An order that is not ours 不属本单位的工单", "TestAnOrderThatIsNotOurs",
		"Signed and asked back in one step, within the window. Granted by the platform it closes as returned. Refused as adjudicated (指定承办) it stays, no second request is possible, and it is worked like any other. A third request would go to the level above first."},
	{"An order that runs out 超期工单", "TestAnOrderGoesRedAndIsClosedByThePlatform",
		"The due time is the one printed on the order. An extension is asked before expiry and is at most the original length; the platform refuses it and nothing moves. At expiry a red card falls, the level above supervises, and asking again is refused: the handler states the reason of lateness, answers, and the platform's 结案 ends the order. It counts as late."},
	{"An emergency on a Sunday 周日急难", "TestAnEmergencyOnASunday",
		"Danger words alert desk, unit and city at once. Critical opens the first action on the clock (phone in 30 minutes, someone on the spot in 24 hours), which do not stop for Sunday. The county signs, calls, and *hands down* to the township, whose own due time lies inside the county's; the township is there in three hours, records what it did, and *reports up* for the money."},
	{"An anonymous tip 匿名线索", "TestAnAnonymousTipIsFiledAndRevived",
		"Without place and name it is *concluded* as unverifiable, with a ground that fits and a lead's approval, and stands on the status page. A later call names the village: the ticket is *revived* and linked, the finding is made, and the caller has a ticket and a reply of his own."},
	{"From redo to the final opinion 重办、复查、复核", "TestFromRedoToTheFinalOpinion",
		"Dissatisfied, the matter is redone; dissatisfied again, it is redone by other people; a third redo is refused. The *appeal* (复查) is a new ticket within 30 days of the reply, one level up, with everybody who worked on or approved the first opinion recused; it ends with a written opinion with its number, served by registered letter or face to face. The second (复核) goes one more level up and is final. Who comes again with the same facts is told so (*conclude* as final, naming the final ticket); only new evidence, through a lead, opens the matter. Disputes over 停保 and refusals are told of 行政复议 and the court instead."},
	{"A joint letter 联名信", "TestAJointLetter",
		"22 households, two of them representatives. Five people or more are reported to the leaders the same day. The reply is owed to each: a delivery says whom it reached (1-9), and the ticket waits for the others, unless the signed *mandate* lets the representatives take it for all."},
	{"A dispute with a county 与县局的争议", "TestADisputeOverStoppedPayments",
		"A respondent is not accused: the county sees the ticket and can mend it, but who made the decision neither works on it nor approves. Waiting for papers is a lawful ground to *stop the clocks*; the city grants it, never the county itself; it ends by an act, with the work, or on the planned day, and the due time moves by the span. A note moves nothing."},
	{"A posting that shows a child's illness 公示泄露病情", "TestAPostingIsTakenDownWithinHours",
		"The county is accused and sees nothing of the ticket. The city handles it and gives the county a *task* (整改通知) that shows only what is asked and by when. The posting is down within hours; the answer with its photo meets the task's clock at its own time."},
	{"The accused's brother 近亲属回避", "TestTheHandlerIsTheAccusedsBrother",
		"A lead *recuses* the investigator: he has the ticket no more and finds it nowhere. Another one declares an interest himself. Where it is the county bureau, the city recuses it and *recalls* the ticket."},
	{"A withdrawal under pressure 受压撤回", "TestAWithdrawalUnderPressure",
		"A withdrawal is registered, and somebody outside the handling unit calls. Not of own will: it ends nothing, and the level above supervises. Of own will: it is concluded as withdrawn. The verification of a report goes on in any case."},
	{"Three unreachable attempts 三次联系未果", "TestThreeUnreachableAttempts",
		"Each attempt is a row. Three by at least two ways, for a report spread over three days, and a lead's word: exhausted. The answer stays on the status page."},
	{"The same matter three times 一事三诉", "TestTheSameMatterOnThreeTracks",
		"By phone, by 12345 and as a petition: the desk is shown the likely relations with their reasons and links them. Each keeps its own clock and its own reply; the call is told that the matter runs as a petition and is not opened twice."},
	{"A lead on leave 负责人休假", "TestACountyLeadOnLeave",
		"He lends his role for dated days; the deputy signs and approves from the next request on, and is an investigator again when they are over."},
	{"The sample complaints 样例诉求", "TestEveryStatementIsRegisteredAndRoutedByTheRunningDesk",
		"Fifteen statements and their paraphrases land where they should, with the reasons in words (tickets/testdata/complaints.csv)."},
}

func drawCases(b *strings.Builder) {
	b.WriteString("\n## Cases 案例\n\nEach is walked to its end by a test, through the API and through the pages (cmd/hotline/walks).\n\n")
	for _, c := range drawnCases {
		fmt.Fprintf(b, "**%s.** %s (`%s`)\n\n", c.title, c.text, c.test)
	}
}
