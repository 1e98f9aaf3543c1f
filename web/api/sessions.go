package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/accounts"
	"hotline/internal/pg"
)

type accountBody struct {
	ID       int      `json:"id"`
	Login    string   `json:"login"`
	Person   int      `json:"person" doc:"The person's id, as investigator fields take it"`
	Name     string   `json:"name"`
	Unit     int      `json:"unit"`
	UnitName string   `json:"unit_name"`
	Roles    []string `json:"roles"`
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
		TOTP     string `json:"totp,omitempty" maxLength:"10" doc:"The one-time code, where the account has a second factor"`
	}
}

type signInOutput struct {
	Body struct {
		Token   string      `json:"token"`
		Expires time.Time   `json:"expires_at"`
		Account accountBody `json:"account"`
	}
}

type nothing struct{}

func (s *server) sessionCalls() {
	call(s, huma.Operation{OperationID: "sign-in", Method: http.MethodPost, Path: "/api/v1/sessions", Tags: []string{"session"},
		Summary:     "Sign in / 登录",
		Description: "Opens a session of at most 12 hours, 30 minutes idle. 401 for wrong credentials, 429 while locked after failures."}, s.signIn)
	call(s, huma.Operation{OperationID: "sign-out", Method: http.MethodDelete, Path: "/api/v1/sessions/current", Tags: []string{"session"},
		Summary: "Sign out / 退出", Security: signed}, s.signOut)
	call(s, huma.Operation{OperationID: "who-am-i", Method: http.MethodGet, Path: "/api/v1/sessions/current", Tags: []string{"session"},
		Summary: "Who is signed in / 当前账号", Security: signed}, s.whoAmI)
}

func (s *server) signIn(ctx context.Context, who *request, in *signInInput) (*signInOutput, error) {
	token, me, err := s.Accounts.SignIn(ctx, in.Body.Login, in.Body.Password, in.Body.TOTP, who.address, who.agent)
	if err != nil {
		return nil, err
	}
	out := &signInOutput{}
	out.Body.Token, out.Body.Expires, out.Body.Account = token, local(s.Now().Add(accounts.Life)).Truncate(time.Second), accountOf(me)
	return out, nil
}

func (s *server) signOut(ctx context.Context, who *request, _ *nothing) (*nothing, error) {
	err := s.Accounts.SignOut(ctx, who.caller)
	s.sessions.drop(who.caller.Session())
	return nil, err
}

type accountOutput struct{ Body accountBody }

func (s *server) whoAmI(_ context.Context, who *request, _ *nothing) (*accountOutput, error) {
	return &accountOutput{accountOf(who.me)}, nil
}

func accountOf(me pg.Me) accountBody {
	return accountBody{ID: me.Account, Login: me.Login, Person: me.Person, Name: me.Name, Unit: me.Unit, UnitName: me.UnitName, Roles: list(me.Roles)}
}

// list makes an empty list of nil, since null is not a list to a client.
func list[T any](x []T) []T {
	if x == nil {
		return []T{}
	}
	return x
}
