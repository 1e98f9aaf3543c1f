// Package mail is the letter box of the desk: it fetches raw messages over
// IMAP, reads them, decides what each one is, and sends answers over SMTP.
//
// It knows no SQL: Poller carries letters through Store (package maildb is it)
// and intake.Desk. Source hands over every message of a mailbox
// exactly as the server keeps it; Parser turns raw bytes into a Message and
// never refuses a letter because one part of it is broken; Classify names the
// one disposition a message gets, given facts; Signer makes and checks the
// signed ids by which an answer finds its ticket; Sender delivers an Outgoing
// and says whether a failure is final.
//
// What it never does: mark, move or delete anything in the mailbox; trust a
// ticket number that somebody merely typed; put a name, an address or a
// citizen's own words into a subject line, an error or a log line.
//
// Called by cmd, which runs a Poller for each mailbox, and by the workers that
// send answers and acknowledgements.
package mail
