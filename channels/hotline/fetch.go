package hotline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/intake/calls"
)

// fetchTime bounds the fetching of one recording.
const fetchTime = 5 * time.Minute

// giveUp is the attempt after which a missing recording is shown to a person; the
// job goes on trying, for what turns up late is still worth having.
const giveUp = 6

// Register adds the workers: one fetches recordings, one ends orphaned calls, one looks
// for answered calls without their sound, one counts the days.
func (c *Channel) Register(list *jobs.Workers) {
	jobs.Work(list, fetchTime, c.fetch)
	jobs.Work(list, 0, func(ctx context.Context, _ jobs.Job[calls.SweepCalls]) error {
		_, err := c.env.Calls.Sweep(ctx)
		return err
	})
	jobs.Work(list, 0, c.checkSound)
	jobs.Work(list, 0, c.reconcile)
}

// Periodic lists what is to be inserted again and again.
func (c *Channel) Periodic() []jobs.Periodic {
	return []jobs.Periodic{{Every: time.Minute, Args: calls.SweepCalls{}}, {Every: time.Minute, Args: calls.CheckSound{}}, {Every: time.Hour, Args: calls.ReconcileCalls{}}}
}

// fetch brings one recording into the blob store. Running it again finds its work
// done.
func (c *Channel) fetch(ctx context.Context, job jobs.Job[calls.FetchRecording]) error {
	address, stored, err := c.env.Calls.RecordingURL(ctx, job.Args.Call)
	if err != nil || stored {
		return err
	}
	info, length, err := c.download(ctx, address)
	if err == nil {
		if err := c.env.Calls.Measured(ctx, job.Args.Call, length); err != nil {
			return err
		}
		return c.env.Calls.Stored(ctx, job.Args.Call, info.Digest)
	}
	inside := core.KindOf(err) == core.KindForbidden
	final := inside || core.KindOf(err) == core.KindTooLarge
	if final || job.Last || job.Attempt >= giveUp {
		note := c.env.Calls.Lost
		if inside {
			note = c.env.Calls.Refused
		}
		if lost := note(ctx, job.Args.Call); lost != nil {
			return lost
		}
	}
	c.env.Log.WarnContext(ctx, "recording not fetched", "call", job.Args.Call, "attempt", job.Attempt, "error", err)
	if final {
		return jobs.Cancel(err)
	}
	return err
}

var (
	errRefused = core.E(core.KindForbidden, "recording_source", "")
	errNotYet  = core.E(core.KindUnavailable, "recording_unavailable", "")
)

func (c *Channel) download(ctx context.Context, address string) (blob.Info, time.Duration, error) {
	u, err := c.guard.check(address)
	if err != nil {
		return blob.Info{}, 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return blob.Info{}, 0, errRefused
	}
	resp, err := c.client.Do(req)
	if errors.Is(err, errNotListed) {
		return blob.Info{}, 0, errRefused.Wrap(errNotListed)
	}
	if err != nil {
		return blob.Info{}, 0, errNotYet // the client's text holds the address
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return blob.Info{}, 0, errNotYet.Wrap(fmt.Errorf("status %d", resp.StatusCode))
	}
	audio, body, err := blob.CheckAudio(resp.Body, resp.Header.Get("Content-Type"))
	if err != nil {
		return blob.Info{}, 0, err
	}
	info, err := c.blobs.Put(ctx, body, blob.PutOptions{Class: "recording", MIME: "audio/wav", Max: c.cfg.MaxRecording})
	return info, audio.Duration(info.Size), err
}

// guard lets a client reach listed sources and nothing else. What an address means
// is judged when it is dialled: a name may mean something else a moment after it was
// looked up (security.md P26).
type guard struct{ listed map[string]bool }

func newGuard(sources []string) (*guard, error) {
	g := &guard{listed: map[string]bool{}}
	for _, s := range sources {
		host, port, err := net.SplitHostPort(s)
		if err != nil || host == "" || port == "" {
			return nil, fmt.Errorf("recording source %q is not host:port", s)
		}
		g.listed[net.JoinHostPort(host, port)] = true
	}
	return g, nil
}

func (g *guard) check(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errRefused
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if !g.listed[net.JoinHostPort(u.Hostname(), port)] {
		return nil, errRefused
	}
	return u, nil
}

// control refuses to dial what is neither listed itself nor public.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errNotListed
	}
	ip := ap.Addr().Unmap()
	if g.listed[net.JoinHostPort(ip.String(), fmt.Sprint(ap.Port()))] {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || special(ip) {
		return errNotListed
	}
	return nil
}

// special are ranges that look public and are not: shared address space, protocol
// assignments, documentation, benchmarks, and IPv6 forms that carry an IPv4 inside.
func special(ip netip.Addr) bool {
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "2001:db8::/32"} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return true
		}
	}
	return false
}

func (g *guard) client() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: g.control}
	return &http.Client{
		Timeout: fetchTime - 30*time.Second,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, DisableCompression: true, TLSHandshakeTimeout: 5 * time.Second,
			ResponseHeaderTimeout: 20 * time.Second, MaxResponseHeaderBytes: 64 << 10, MaxConnsPerHost: 8, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
