package standin

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"hotline/intake/city12345"
)

// verdict is the answer to a callback.
type verdict struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason,omitempty"`
}

// receive is POST /events: a signed event of the hotline.
func (p *Platform) receive(w http.ResponseWriter, r *http.Request) {
	if !p.pause(r.Context()) {
		return
	}
	fault := p.faultOfCall()
	if fault == dropBefore {
		panic(http.ErrAbortHandler) // net/http cuts the connection without a log
	}
	if fault == busy {
		writeJSON(w, http.StatusServiceUnavailable, verdict{Reason: "系统繁忙"})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		writeJSON(w, http.StatusRequestEntityTooLarge, verdict{Reason: "报文过大"})
		return
	}
	now := p.config.Now()
	stamp, err := p.verifier.Verify(r.Method, r.URL.RequestURI(), r.Header.Get, body, now)
	if err != nil {
		p.log.Warn("12345 stand-in refuses a signature", "error", err)
		writeJSON(w, http.StatusUnauthorized, verdict{Reason: "签名无效或已过期"})
		return
	}
	err = city12345.Spend(r.Context(), p, stamp)
	if err != nil {
		writeJSON(w, http.StatusConflict, verdict{Reason: "重放的请求"})
		return
	}
	status, v := p.take(body, now)
	if fault == dropAfter {
		panic(http.ErrAbortHandler)
	}
	writeJSON(w, status, v)
}

// fault is what goes wrong with one callback.
type fault int

const (
	none fault = iota
	dropBefore
	dropAfter
	busy
)

func (p *Platform) faultOfCall() fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	f := p.config.Faults
	switch {
	case f.DropEvery > 0 && p.calls%f.DropEvery == 0 && p.calls/f.DropEvery%2 == 1:
		return dropBefore
	case f.DropEvery > 0 && p.calls%f.DropEvery == 0:
		return dropAfter
	case f.BusyEvery > 0 && p.calls%f.BusyEvery == 0:
		return busy
	}
	return none
}

// pause is the slow platform; it reports false if the caller left meanwhile.
func (p *Platform) pause(ctx context.Context) bool {
	if p.config.Faults.Slow <= 0 {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(p.config.Faults.Slow):
		return true
	}
}

// Use is the platform's nonce store: city12345.Nonces in memory.
func (p *Platform) Use(_ context.Context, _, nonce string, until time.Time) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.config.Now()
	for n, t := range p.seen {
		if t.Before(now) {
			delete(p.seen, n)
		}
	}
	_, used := p.seen[nonce]
	p.seen[nonce] = until
	return !used, nil
}

// take stores an event once and decides. A repeat gets the verdict of the
// first time; the same id with other content is a conflict.
func (p *Platform) take(body []byte, now time.Time) (int, verdict) {
	o, bad := city12345.ParseOutbound(body)
	if len(bad) > 0 {
		return http.StatusOK, verdict{Reason: bad[0].Error()}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.state.Orders[o.OrderNo]
	if v == nil {
		return http.StatusOK, verdict{Reason: ErrNoOrder.Error()}
	}
	sum := sm3.Sum(body)
	digest := hex.EncodeToString(sum[:])
	for i := range v.Received {
		old := &v.Received[i]
		if old.Event.EventID != o.EventID {
			continue
		}
		if old.Digest != digest {
			return http.StatusConflict, verdict{Reason: "同一事件编号内容不同"}
		}
		old.Repeats++
		return http.StatusOK, verdict{old.Accepted, old.Reason}
	}
	if o.Kind == city12345.Replied && v.Status == StatusDispatched {
		return http.StatusTooEarly, verdict{Reason: "尚未签收，请稍后再送"}
	}
	before := *v
	decided := p.decide(v, o)
	v.Received = append(v.Received, Received{Event: o, Digest: digest, At: now, Accepted: decided.Accepted, Reason: decided.Reason})
	err := p.save()
	if err != nil {
		*v = before
		p.log.Error("12345 stand-in state", "error", err)
		return http.StatusInternalServerError, verdict{Reason: "未能保存"}
	}
	return http.StatusOK, decided
}

// decide applies an event to the platform's belief; under the lock.
func (p *Platform) decide(v *View, o city12345.Outbound) verdict {
	if v.Status.over() {
		return verdict{Reason: "工单" + v.Status.chinese()}
	}
	if n := p.config.Faults.RefuseEvery; n > 0 && p.calls%n == 0 {
		return verdict{Reason: "材料不全，不予接受（演示）"}
	}
	if o.TicketNo != "" {
		v.TicketNo = o.TicketNo
	}
	switch o.Kind {
	case city12345.Signed:
		v.SignedAt = o.At
		if v.Status == StatusDispatched {
			v.Status = StatusSigned
		}
	case city12345.Replied:
		if v.Status != StatusSigned {
			return verdict{Reason: "已收到办结反馈，等待回访"}
		}
		v.Status, v.Reply, v.RepliedAt = StatusReplied, o.Reply, o.At
	}
	if p.config.Auto {
		v.Plan = p.planAfter(v, o)
	}
	return verdict{Accepted: true}
}

// planAfter is what a well-meaning platform does next.
func (p *Platform) planAfter(v *View, o city12345.Outbound) *Plan {
	at := p.config.Now().Add(p.config.VisitAfter)
	switch o.Kind {
	case city12345.Replied:
		solved, satisfaction := city12345.Solved, "满意"
		if o.Reply.Solved != city12345.Solved {
			solved, satisfaction = o.Reply.Solved, "理解"
		}
		return &Plan{at, city12345.Event{Kind: city12345.Visited, Visit: &city12345.Visit{Solved: solved, Satisfaction: satisfaction, VisitedAt: at}}}
	case city12345.ReturnAsked:
		return &Plan{at, city12345.Event{Kind: city12345.ReturnDecided,
			ReturnDecision: &city12345.ReturnDecision{RequestID: o.EventID, Granted: true, Reason: "同意退单"}}}
	case city12345.ExtensionAsked:
		return &Plan{at, city12345.Event{Kind: city12345.ExtensionDecided,
			ExtensionDecision: &city12345.ExtensionDecision{RequestID: o.EventID, Granted: true, Reason: "同意延期", HandleBy: o.Extension.HandleBy}}}
	}
	return v.Plan
}
