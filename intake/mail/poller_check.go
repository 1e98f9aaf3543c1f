package mail

import (
	"context"
	"errors"
)

// refetchMost bounds the messages one reconciliation fetches again.
const refetchMost = 500

// Reconcile compares the mailbox with the ledger and fetches again what the
// ledger lacks. What is missing even then is shown with the mailbox. It does
// nothing when another process reads the mailbox.
func (p *Poller) Reconcile(ctx context.Context) error {
	l, mine, err := p.Store.Acquire(ctx, p.Name, p.holder)
	if err != nil || !mine {
		return onLedger(err)
	}
	status, missing, err := p.compare(ctx)
	if err == nil && len(missing) > 0 {
		if err = p.fetchAgain(ctx, l, status, missing); err == nil {
			status, missing, err = p.compare(ctx)
		}
	}
	if err == nil {
		p.missing, p.checked = len(missing), p.Now()
	}
	if ctx.Err() != nil || errors.Is(err, ErrLeaseLost) {
		return err
	}
	return errors.Join(err, p.Store.Polled(ctx, l, Poll{Count: status.Exists, Missing: p.missing, Problem: words(err)}))
}

// compare lists the messages up to the watermark that are not in the ledger;
// those after it are the next poll's.
func (p *Poller) compare(ctx context.Context) (Status, []uint32, error) {
	mark, err := p.Store.Watermark(ctx, p.Name)
	if err != nil {
		return Status{}, nil, onLedger(err)
	}
	status, uids, err := p.Source.Check(ctx)
	if err != nil || status.UIDValidity != mark.UIDValidity {
		return status, nil, err
	}
	for len(uids) > 0 && uids[len(uids)-1] > mark.UID {
		uids = uids[:len(uids)-1]
	}
	missing, err := p.Store.Missing(ctx, p.Name, status.UIDValidity, uids)
	return status, missing, onLedger(err)
}

func (p *Poller) fetchAgain(ctx context.Context, l Lease, status Status, missing []uint32) error {
	for _, uid := range missing[:min(len(missing), refetchMost)] {
		f, err := p.Source.Refetch(ctx, Watermark{status.UIDValidity, uid})
		if errors.Is(err, ErrVanished) {
			continue
		}
		if err != nil {
			return err
		}
		if err := p.take(ctx, l, []Fetched{f}); err != nil {
			return onLedger(err)
		}
	}
	return nil
}

// words says what is wrong with a mailbox, for the page and the log: no address,
// no name, nothing the server said.
func words(err error) string {
	for _, x := range []struct {
		err  error
		text string
	}{
		{nil, ""},
		{ErrLogin, "邮件服务器拒绝登录，请核对用户名和授权码 (login refused)"},
		{ErrTimeout, "邮件服务器没有应答 (no answer)"},
		{ErrInsecure, "未加密的连接只允许在本机使用 (TLS needed)"},
		{ErrTooLarge, "超过大小上限 (over the size limit)"},
		{ErrVanished, "已从邮箱中消失 (vanished)"},
		{ErrUnfetchable, "服务器无法提供此信 (the server cannot deliver it)"},
		{ErrLeaseLost, "邮箱由另一进程读取 (read by another process)"},
		{ErrLedger, "数据库暂时不可用 (database unavailable)"},
		{context.DeadlineExceeded, "邮件服务器没有应答 (no answer)"},
	} {
		if errors.Is(err, x.err) {
			return x.text
		}
	}
	return "连不上邮件服务器 (cannot reach the mail server)"
}
