package web

import (
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/accounts"
	"hotline/internal/vault"
	"hotline/tickets"
)

// SignInPage asks for login, password and second factor.
type SignInPage struct {
	*Shell
	Login string
	Next  string
	Error string
	Hints []DemoAccount
}

func (SignInPage) template() string { return "sign_in" }

// DemoAccount is an account of the demo that the page offers.
type DemoAccount struct {
	Login string
	What  string
}

// demoAccounts are named on the page in demo mode only; api.md lists them all.
var demoAccounts = []struct {
	login string
	what  Text
}{
	{"operator", Text{"市局坐席王文平：登记来电来访来信", "city operator: registers calls, visits, letters"}},
	{"lead-city", Text{"市局负责人李志荣：派单、审核、督办", "city lead: dispatches, approves, supervises"}},
	{"lead-140428", Text{"长子县负责人徐丽强：签收、指定核查员、审核", "county lead: signs, assigns, approves"}},
	{"handler-140428", Text{"长子县核查员胡梅芳：核查、提交答复", "county investigator: verifies, submits"}},
	{"custodian", Text{"市局身份信息保管员：审批查看身份", "city custodian: decides who may see an identity"}},
	{"system", Text{"系统管理员：运行页、设置", "system administrator: operations and settings"}},
}

func (s *server) signInPage(c *fiber.Ctx, v *visit) SignInPage {
	p := SignInPage{Shell: s.shell(c, v, v.lang.T("登录", "Sign in")), Next: local(c.Query("next", c.FormValue("next", "/")))}
	p.Path = "/sign-in"
	if s.Demo {
		for _, d := range demoAccounts {
			p.Hints = append(p.Hints, DemoAccount{d.login, d.what.In(v.lang)})
		}
	}
	return p
}

func (s *server) signInForm(c *fiber.Ctx, v *visit) error {
	if v.signedIn() {
		return c.Redirect("/", fiber.StatusSeeOther)
	}
	return s.render(c, v, fiber.StatusOK, s.signInPage(c, v))
}

func (s *server) signIn(c *fiber.Ctx, v *visit) error {
	token, _, err := s.Accounts.SignIn(c.UserContext(), c.FormValue("login"), c.FormValue("password"), c.FormValue("totp"), c.IP(), c.Get(fiber.HeaderUserAgent))
	if err == nil {
		s.begin(c, token)
		return c.Redirect(local(c.FormValue("next", "/")), fiber.StatusSeeOther)
	}
	p := s.signInPage(c, v)
	p.Login = c.FormValue("login")
	status := fiber.StatusUnauthorized
	var locked accounts.Locked
	switch {
	case errors.As(err, &locked):
		status = fiber.StatusTooManyRequests
		p.Error = tooManyFailures(v.lang, locked.Until.Sub(s.Now()))
	case errors.Is(err, accounts.ErrCredentials):
		p.Error = v.lang.T("账号、密码或动态码不正确。", "Login, password or code is wrong.")
	case errors.Is(err, vault.ErrBusy):
		status = fiber.StatusServiceUnavailable
		p.Error = v.lang.T("正在登录的人较多，请稍后再试。", "Many people sign in at once. Try again in a moment.")
	default:
		return err
	}
	return s.render(c, v, status, p)
}

func tooManyFailures(l Lang, wait time.Duration) string {
	seconds := int(wait/time.Second) + 1
	if seconds < 120 {
		return l.T(fmt.Sprintf("失败次数过多，请 %d 秒后再试。", seconds), fmt.Sprintf("Too many failures. Try again in %d seconds.", seconds))
	}
	return l.T(fmt.Sprintf("失败次数过多，请 %d 分钟后再试。", seconds/60+1), fmt.Sprintf("Too many failures. Try again in %d minutes.", seconds/60+1))
}

func (s *server) signOut(c *fiber.Ctx, v *visit) error {
	if err := s.Accounts.SignOut(c.UserContext(), v.caller); err != nil {
		return err
	}
	s.leave(c)
	return c.Redirect("/sign-in", fiber.StatusSeeOther)
}

// home leads everybody to the page of the day's work.
func (s *server) home(c *fiber.Ctx, v *visit) error {
	to := "/sign-in"
	switch {
	case !v.signedIn():
	case v.me.Has(tickets.RoleOperator):
		to = "/desk"
	case v.me.Has(tickets.RoleLead), v.me.Has(tickets.RoleInvestigator):
		to = "/work"
	case v.me.Has(tickets.RoleCustodian):
		to = "/requests"
	case v.me.Has(tickets.RoleSystem):
		to = "/operations"
	default:
		return s.render(c, v, fiber.StatusOK, WelcomePage{s.shell(c, v, v.lang.T("欢迎", "Welcome"))})
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// WelcomePage is for accounts that have no page of their own yet.
type WelcomePage struct{ *Shell }

func (WelcomePage) template() string { return "welcome" }

// language keeps the chosen language for a year and goes back.
func (s *server) language(c *fiber.Ctx, _ *visit) error {
	lang := ZH
	if c.Params("lang") == string(EN) {
		lang = EN
	}
	s.setCookie(c, langCookie, string(lang), 365*24*time.Hour)
	return c.Redirect(local(c.Query("back", "/")), fiber.StatusSeeOther)
}
