package main

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is every setting. Each has a good default; none is needed for the demo.
// The README's table is generated from this struct.
type Config struct {
	Listen      string   `env:"HOTLINE_LISTEN" envDefault:"127.0.0.1:8080" doc:"address of the web server"`
	Data        string   `env:"HOTLINE_DATA" envDefault:"./.hotline" doc:"folder of the private database, keys and demo files"`
	DatabaseURL string   `env:"HOTLINE_DATABASE_URL" doc:"Postgres as the owner of the schema; empty: a private server is started" secret:"true"`
	PeopleURL   string   `env:"HOTLINE_APP_DATABASE_URL" doc:"Postgres as login hotline_app; empty: derived from the owner's URL" secret:"true"`
	MachinesURL string   `env:"HOTLINE_WORK_DATABASE_URL" doc:"Postgres as login hotline_work; empty: derived from the owner's URL" secret:"true"`
	RedisURL    string   `env:"HOTLINE_REDIS_URL" doc:"Redis, rediss or redis-sentinel; empty: a private one is started" secret:"true"`
	VaultKey    string   `env:"HOTLINE_VAULT_KEY_FILE" doc:"file of the vault's keys; empty: vault.key in the data folder, made at first start"`
	Secure      bool     `env:"HOTLINE_HTTPS" doc:"true when served over HTTPS: Secure cookies and HSTS"`
	Proxies     []string `env:"HOTLINE_PROXIES" doc:"addresses or networks whose X-Real-IP is believed, with commas; empty with HTTPS: a proxy on this machine"`
	LogLevel    string   `env:"HOTLINE_LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`

	MailIMAP     string `env:"HOTLINE_MAIL_IMAP" doc:"host:port of the desk's mailbox (TLS); empty: no mailbox outside the demo"`
	MailSMTP     string `env:"HOTLINE_MAIL_SMTP" doc:"host:port of the server that sends (STARTTLS)"`
	MailAddress  string `env:"HOTLINE_MAIL_ADDRESS" doc:"the desk's e-mail address"`
	MailUser     string `env:"HOTLINE_MAIL_USER" doc:"login of the mailbox; empty: the address"`
	MailPassword string `env:"HOTLINE_MAIL_PASSWORD" doc:"password or app password (授权码) of the mailbox" secret:"true"`
	MailPlus     bool   `env:"HOTLINE_MAIL_PLUS" doc:"true where the server delivers desk+anything@ to desk@"`

	CityName   string `env:"HOTLINE_CITY12345_NAME" doc:"name of the 12345 platform in our addresses"`
	CityURL    string `env:"HOTLINE_CITY12345_URL" doc:"where our events to the platform go"`
	CitySecret string `env:"HOTLINE_CITY12345_SECRET" doc:"shared secret of the signatures, both ways" secret:"true"`

	SMSURL     string `env:"HOTLINE_SMS_URL" doc:"where a short message is posted; empty: outside the demo none is sent, and its job says so" secret:"true"`
	SMSBody    string `env:"HOTLINE_SMS_BODY" doc:"its JSON body, with {{json .To}}, {{json .Text}} and {{json .Key}}"`
	SMSToken   string `env:"HOTLINE_SMS_TOKEN" doc:"sent as Authorization: Bearer" secret:"true"`
	SMSIDField string `env:"HOTLINE_SMS_ID_FIELD" doc:"field of the answer with the provider's message id"`

	DemoSMTP string `env:"HOTLINE_DEMO_SMTP" envDefault:"127.0.0.1:2525" doc:"demo mail server, sending"`
	DemoIMAP string `env:"HOTLINE_DEMO_IMAP" envDefault:"127.0.0.1:1143" doc:"demo mail server, mailboxes"`
	DemoCity string `env:"HOTLINE_DEMO_CITY" envDefault:"127.0.0.1:8345" doc:"demo 12345 platform"`
}

// readConfig reads the environment.
func readConfig() (Config, error) {
	c, err := env.ParseAs[Config]()
	if err != nil {
		return c, fmt.Errorf("settings: %w", err)
	}
	return c, nil
}

// setting is one line of Config.
type setting struct {
	name, value, fallback, doc string
	secret                     bool
}

func (c Config) settings() []setting {
	var out []setting
	v, t := reflect.ValueOf(c), reflect.TypeOf(c)
	for i := range t.NumField() {
		f := t.Field(i)
		out = append(out, setting{name: f.Tag.Get("env"), value: fmt.Sprint(v.Field(i).Interface()), fallback: f.Tag.Get("envDefault"), doc: f.Tag.Get("doc"), secret: f.Tag.Get("secret") == "true"})
	}
	return out
}

// print writes what is in force, secrets blanked.
func (c Config) print(w io.Writer) error {
	for _, s := range c.settings() {
		value := s.value
		if s.secret && value != "" {
			value = blank(value)
		}
		if _, err := fmt.Fprintf(w, "%-28s %-40s # %s\n", s.name, value, s.doc); err != nil {
			return err
		}
	}
	return nil
}

// blank hides a secret; of a URL it keeps where it points.
func blank(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "•••"
	}
	return u.Redacted()
}

// table is the README's table of settings.
func (c Config) table() string {
	var b strings.Builder
	b.WriteString("| setting | default | meaning |\n|---|---|---|\n")
	for _, s := range c.settings() {
		def := s.fallback
		if def == "" {
			def = "–"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", s.name, def, s.doc)
	}
	return b.String()
}
