package standin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// job is one delivery taken out of the lock.
type job struct {
	orderNo string
	eventID string
	body    []byte
}

// RunOnce does what is due at now and tries each due delivery once; it returns
// how many the hotline took. Events of one order go in order, each after the
// one before was answered, unless Faults.Reorder.
func (p *Platform) RunOnce(ctx context.Context, now time.Time) int {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.runPlans(now)
	taken := 0
	tried := map[string]bool{}
	for {
		jobs := p.due(now, tried)
		if len(jobs) == 0 {
			return taken
		}
		for _, j := range jobs {
			if ctx.Err() != nil {
				return taken
			}
			tried[j.eventID] = true
			if p.deliver(ctx, j) {
				taken++
			}
		}
	}
}

// due lists the deliveries to try now and not yet tried in this round.
func (p *Platform) due(now time.Time, tried map[string]bool) []job {
	p.mu.Lock()
	defer p.mu.Unlock()
	var jobs []job
	for _, no := range p.state.Order {
		for _, d := range p.state.Orders[no].Sent {
			if d.Done {
				continue
			}
			if !d.Due.After(now) && !tried[d.EventID] {
				jobs = append(jobs, job{no, d.EventID, d.Body})
			}
			if !p.config.Faults.Reorder {
				break
			}
		}
	}
	if p.config.Faults.Reorder {
		slices.Reverse(jobs)
	}
	return jobs
}

// deliver sends one event and notes the answer.
func (p *Platform) deliver(ctx context.Context, j job) bool {
	status, answer, err := p.post(ctx, j.body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	if n := p.config.Faults.LoseEvery; n > 0 && p.tries%n == 0 {
		status, err = 0, fmt.Errorf("answer lost on purpose")
	}
	v := p.state.Orders[j.orderNo]
	i := slices.IndexFunc(v.Sent, func(d *Delivery) bool { return d.EventID == j.eventID })
	d := v.Sent[i]
	d.Attempts++
	d.Status = status
	done := settle(v, d, status, answer, err)
	if !d.Done {
		d.Due = p.config.Now().Add(backOff(d.Attempts))
	}
	if done && d.Copies > 0 {
		d.Copies--
		d.Done, d.Due = false, p.config.Now()
	}
	err = p.save()
	if err != nil {
		p.log.Error("12345 stand-in state", "error", err)
	}
	p.log.Info("12345 stand-in delivers", "event", d.EventID, "status", status, "done", d.Done, "attempt", d.Attempts)
	return done
}

// answer is the hotline's answer to an event.
type answer struct {
	EventID   string `json:"event_id"`
	TicketNo  string `json:"ticket_no"`
	Receipt   string `json:"receipt"`
	Duplicate bool   `json:"duplicate"`
}

// settle reads the outcome: 200 took it, 409 and 422 never will, anything else
// is tried again. It reports whether it was taken.
func settle(v *View, d *Delivery, status int, a answer, err error) bool {
	switch {
	case err != nil:
		d.Failure = ""
		return false
	case status == http.StatusOK:
		d.Done, d.Failure, d.Duplicate = true, "", a.Duplicate
		if a.TicketNo != "" {
			v.TicketNo = a.TicketNo
		}
		if a.Receipt != "" {
			v.Receipt = a.Receipt
		}
		return true
	case status == http.StatusConflict, status == http.StatusUnprocessableEntity:
		d.Done, d.Failure = true, fmt.Sprintf("对方不接受（%d）", status)
		return false
	default:
		return false
	}
}

// backOff waits 1, 2, 4 … up to 60 seconds.
func backOff(attempts int) time.Duration {
	return min(time.Minute, time.Second<<min(attempts-1, 6))
}

// post sends a signed body once.
func (p *Platform) post(ctx context.Context, body []byte) (int, answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.endpoint, bytes.NewReader(body))
	if err != nil {
		return 0, answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	err = p.signer.Sign(r, body, p.config.Now())
	if err != nil {
		return 0, answer{}, err
	}
	response, err := p.http.Do(r)
	if err != nil {
		return 0, answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return 0, answer{}, err
	}
	var a answer
	if response.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, &a)
	}
	return response.StatusCode, a, err
}
