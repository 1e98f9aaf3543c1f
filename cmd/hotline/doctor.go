package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5"

	"hotline/internal/embedded"
	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/internal/workday"
	"hotline/migrations"
	"hotline/web"
)

// doctorCommand says what is wrong with a setup, in words, and what to do.
type doctorCommand struct{}

// errSick is the doctor's verdict; its findings are on stdout.
var errSick = errors.New("the doctor found something to mend (above)")

// Run examines everything and changes nothing.
func (doctorCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	d := &doctor{c: c, w: w}
	for _, check := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"data folder 数据目录", d.data}, {"programs 所需程序", d.programs}, {"vault keys 保密柜密钥", d.keys}, {"Postgres 数据库", d.postgres},
		{"Redis 队列", d.redis}, {"assets 页面资源", d.assets}, {"calendar 工作日历", d.calendar}, {"ports 端口", d.ports}, {"mail 邮箱", d.mail}, {"12345 平台", d.city},
	} {
		err := check.run(ctx)
		if err != nil {
			d.sick = true
			fmt.Fprintf(w, "✗ %s: %v\n", check.name, err)
			continue
		}
		fmt.Fprintf(w, "✓ %s\n", check.name)
	}
	if d.sick {
		return errSick
	}
	return nil
}

type doctor struct {
	c    Config
	w    io.Writer
	sick bool
}

func (d *doctor) note(format string, args ...any) { fmt.Fprintf(d.w, "  · "+format+"\n", args...) }

func (d *doctor) data(context.Context) error {
	info, err := os.Stat(d.c.Data)
	if errors.Is(err, os.ErrNotExist) {
		d.note("%s does not exist yet; the first start makes it", d.c.Data)
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder: set HOTLINE_DATA", d.c.Data)
	}
	f, err := os.CreateTemp(d.c.Data, "doctor-")
	if err != nil {
		return fmt.Errorf("cannot write in %s: %w", d.c.Data, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

func (d *doctor) programs(context.Context) error {
	missing, notes := embedded.Check(d.c.Data)
	for _, n := range notes {
		d.note("%s", n)
	}
	if d.c.DatabaseURL != "" {
		return nil
	}
	for _, m := range missing {
		d.note("%s", m)
	}
	if len(missing) > 0 {
		return errors.New("something is missing: `make run` installs it, or set HOTLINE_DATABASE_URL")
	}
	return nil
}

func (d *doctor) keys(context.Context) error {
	path := d.c.VaultKey
	if path == "" {
		path = d.c.Data + "/vault.key"
	}
	_, err := vault.Load(path)
	if errors.Is(err, os.ErrNotExist) {
		d.note("no keys yet; the first start makes %s", path)
		return nil
	}
	return err
}

func (d *doctor) postgres(ctx context.Context) error {
	if d.c.DatabaseURL == "" {
		d.note("none configured: a private one is started under %s", d.c.Data)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, d.c.DatabaseURL)
	if err != nil {
		return errors.New("cannot connect with HOTLINE_DATABASE_URL: is the server up, the name right, the password good?")
	}
	defer conn.Close(ctx)
	var version int
	var utf8, create, logins, sync bool
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding') = 'UTF8', (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user),
		(SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('hotline_app', 'hotline_work')), current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'`).Scan(&version, &utf8, &create, &logins, &sync)
	if err != nil {
		return err
	}
	switch {
	case version < 150000:
		return fmt.Errorf("version %d of Postgres is too old: 15 or newer is needed", version/10000)
	case !utf8:
		return errors.New("the database is not in UTF-8: create it with ENCODING 'UTF8'")
	case !create && !logins:
		return errors.New("the owner may not create the logins hotline_app and hotline_work: create them as an administrator (docs/operations.md)")
	case !sync:
		return errors.New("fsync or synchronous_commit is off: what was acknowledged could be lost")
	}
	n, err := pg.Pending(ctx, d.c.DatabaseURL, migrations.Files)
	if err == nil && n > 0 {
		d.note("%d migrations wait; the next start or `hotline migrate` runs them", n)
	}
	return err
}

func (d *doctor) redis(context.Context) error {
	if d.c.RedisURL == "" {
		d.note("none configured: a private one is started")
		return nil
	}
	opt, err := asynq.ParseRedisURI(d.c.RedisURL)
	if err != nil {
		return errors.New("HOTLINE_REDIS_URL cannot be read: it looks like redis://:password@host:6379/0")
	}
	client := asynq.NewClient(opt)
	defer client.Close()
	if err := client.Ping(); err != nil {
		return errors.New("cannot reach HOTLINE_REDIS_URL: is the server up, the password good?")
	}
	return nil
}

func (d *doctor) assets(context.Context) error {
	if !web.HasAssets() {
		return errors.New("this binary was built without its styles and scripts: run `make build`")
	}
	return nil
}

func (d *doctor) calendar(context.Context) error {
	now := time.Now()
	cal := workday.Builtin()
	for _, year := range []int{now.Year(), now.AddDate(0, 2, 0).Year()} {
		if cal.Provisional(year) {
			d.note("the working days of %d are provisional (暂定): import the notice with `hotline import-calendar`", year)
		}
	}
	return nil
}

func (d *doctor) ports(context.Context) error {
	l, err := net.Listen("tcp", d.c.Listen)
	if err != nil {
		if alive(d.c.Listen) {
			d.note("a hotline answers on %s already", d.c.Listen)
			return nil
		}
		return fmt.Errorf("%s is taken by another program: set HOTLINE_LISTEN", d.c.Listen)
	}
	return l.Close()
}

// alive asks whether what listens there is one of us.
func alive(address string) bool {
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get("http://" + address + "/healthz")
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (d *doctor) mail(ctx context.Context) error {
	if d.c.MailIMAP == "" {
		d.note("no mailbox configured (HOTLINE_MAIL_IMAP); the demo brings its own")
		return nil
	}
	return reach(ctx, map[string]string{"HOTLINE_MAIL_IMAP": d.c.MailIMAP, "HOTLINE_MAIL_SMTP": d.c.MailSMTP})
}

func (d *doctor) city(context.Context) error {
	switch {
	case d.c.CityName == "":
		d.note("no 12345 platform configured (HOTLINE_CITY12345_NAME); sheets can be imported all the same")
	case d.c.CitySecret == "":
		return errors.New("HOTLINE_CITY12345_SECRET is empty: the platform's orders cannot be verified")
	case d.c.CityURL == "":
		d.note("HOTLINE_CITY12345_URL is empty: nothing can be sent back to the platform")
	}
	return nil
}

func reach(ctx context.Context, addresses map[string]string) error {
	for name, address := range addresses {
		dialer := net.Dialer{Timeout: 5 * time.Second}
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("%s: %q cannot be reached", name, address)
		}
		conn.Close()
	}
	return nil
}
