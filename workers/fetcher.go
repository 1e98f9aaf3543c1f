package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Fetcher downloads files that a platform holds. It speaks only to the hosts it
// was given, follows no redirect, and stops at the size limit.
type Fetcher struct {
	hosts map[string]string // platform → scheme://host
	most  int64
	http  *http.Client
}

// NewFetcher takes, for each platform, an address on the host that may be asked,
// and the largest file in bytes.
func NewFetcher(platforms map[string]string, most int64) (*Fetcher, error) {
	f := &Fetcher{hosts: map[string]string{}, most: most, http: &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for name, raw := range platforms {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("fetcher: the address of platform %s must be http(s)://host", name)
		}
		f.hosts[name] = origin(u)
	}
	return f, nil
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// Close lets go of idle connections.
func (f *Fetcher) Close() { f.http.CloseIdleConnections() }

// errRefusedFile says why a file will never be taken, in words for the page.
type errRefusedFile struct{ why string }

func (e errRefusedFile) Error() string { return e.why }

// Get downloads one file. errRefusedFile means that this file will not do; other
// errors are temporary.
func (f *Fetcher) Get(ctx context.Context, platform, raw string, promised []byte) ([]byte, error) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || f.hosts[platform] == "" || origin(u) != f.hosts[platform] {
		return nil, errRefusedFile{"文件不在平台的服务器上，未取回"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errRefusedFile{"文件地址无法识别"}
	}
	answer, err := f.http.Do(r)
	if err != nil {
		return nil, errors.New("the platform's file server cannot be reached")
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone {
		return nil, errRefusedFile{"平台上已没有这个文件"}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the platform's file server answered status %d", answer.StatusCode)
	}
	return f.read(answer.Body, promised)
}

func (f *Fetcher) read(body io.Reader, promised []byte) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(body, f.most+1))
	if err != nil {
		return nil, errors.New("the file was cut off")
	}
	sum := sha256.Sum256(content)
	switch {
	case int64(len(content)) > f.most:
		return nil, errRefusedFile{"文件过大，未取回"}
	case len(content) == 0:
		return nil, errRefusedFile{"文件为空"}
	case len(promised) > 0 && !bytes.Equal(sum[:], promised):
		return nil, errRefusedFile{"文件与平台给出的摘要不符"}
	}
	return content, nil
}
