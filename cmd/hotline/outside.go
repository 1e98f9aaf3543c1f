package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"hotline/cmd/hotline/demo"
	"hotline/intake/city12345"
	"hotline/intake/city12345/standin"
	"hotline/intake/intakedb"
	"hotline/intake/mail"
	"hotline/intake/mail/demomail"
	"hotline/web"
	"hotline/workers"
)

// Of the demo.
const (
	demoPassword = demo.Password
	deskAddress  = demomail.Desk
	demoPlatform = "demo"
	demoSecret   = "hotline-demo-secret"
)

// outside is how the desk meets the world: its mailbox, its mail server, the
// 12345 platform; in the demo also their stand-ins.
type outside struct {
	log       *slog.Logger
	sender    workers.Mailer
	platforms map[string]workers.Platform
	fetcher   *workers.Fetcher
	orders    *intakedb.Store
	endpoint  *city12345.Endpoint
	poller    *mail.Poller
	mails     *demomail.Server
	standin   *standin.Platform
}

func (a *app) buildOutside(ctx context.Context) (*outside, error) {
	o := &outside{log: a.log, platforms: map[string]workers.Platform{}}
	if a.o.demo {
		if err := a.startDemo(ctx, o); err != nil {
			return nil, err
		}
	}
	if err := a.buildMail(o); err != nil {
		o.close()
		return nil, err
	}
	if err := a.buildPlatforms(o); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// mailbox is the mailbox in force: the demo's, the configured one, or none.
func (a *app) mailbox() (box mail.Mailbox, smtp mail.SMTPConfig, address string, plus bool) {
	c := a.c
	if a.o.demo {
		return mail.Mailbox{Addr: c.DemoIMAP, TLS: mail.TLSNone, User: demomail.Desk, Password: demomail.Password},
			mail.SMTPConfig{Addr: c.DemoSMTP, TLS: mail.TLSNone, HELO: "desk.demo.test", From: mail.Address{Name: "社会救助热线", Addr: demomail.Desk}}, demomail.Desk, true
	}
	user := c.MailUser
	if user == "" {
		user = c.MailAddress
	}
	return mail.Mailbox{Addr: c.MailIMAP, User: user, Password: c.MailPassword},
		mail.SMTPConfig{Addr: c.MailSMTP, User: user, Password: c.MailPassword}, c.MailAddress, c.MailPlus
}

func (a *app) startDemo(ctx context.Context, o *outside) error {
	var err error
	o.mails, err = demomail.Start(ctx, demomail.Config{SMTPAddr: a.c.DemoSMTP, IMAPAddr: a.c.DemoIMAP, Logger: a.log, Now: time.Now})
	if err != nil {
		return fmt.Errorf("demo mail servers: %w", err)
	}
	o.standin, err = standin.New(standin.Config{Name: demoPlatform, Secret: demoSecret, Target: "http://" + a.c.Listen, Listen: a.c.DemoCity, Auto: true,
		VisitAfter: 5 * time.Second, CloseAfter: 5 * time.Second, StateFile: filepath.Join(a.c.Data, "city12345.json"), Summary: io.Discard, Now: time.Now, Logger: a.log})
	if err != nil {
		o.close()
		return fmt.Errorf("demo 12345 platform: %w", err)
	}
	return nil
}

// runDemo starts the stand-in; the mail servers run already.
func (o *outside) runDemo(ctx context.Context, g *errgroup.Group) {
	if o.standin != nil {
		g.Go(func() error { return o.standin.Run(ctx) })
	}
}

// checks are what /readyz asks of the outside.
func (o *outside) checks() []web.Check {
	if o.poller == nil {
		return nil
	}
	return []web.Check{{Name: "mailbox", Run: o.poller.Ready}}
}

// runWorkers starts what looks outside by itself.
func (o *outside) runWorkers(ctx context.Context, g *errgroup.Group) {
	if o.poller != nil {
		g.Go(func() error { return o.poller.Run(ctx) })
	}
	if o.endpoint != nil {
		g.Go(func() error { return o.endpoint.Run(ctx) })
	}
}

func (o *outside) close() {
	if o.mails != nil {
		if err := o.mails.Close(); err != nil {
			o.log.Error("stop demo mail", "error", err.Error())
		}
	}
}
