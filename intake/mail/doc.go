// Package mail is the letter box of the desk: it fetches raw messages over
// IMAP, reads them, decides what each one is, and sends answers over SMTP.
//
// This half knows no database. Source hands over every message of a mailbox
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
// Called by the mail poller and by the worker that delivers replies.
package mail
