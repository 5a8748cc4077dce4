package hotline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lianou/channels/hotline/journal"
	"lianou/channels/hotline/media"
	"lianou/channels/hotline/menu"
	"lianou/channels/hotline/notice"
	"lianou/channels/hotline/phone"
)

// Line is the settings of our own telephone line.
type Line struct {
	// Addr is the SIP listener, UDP and TCP. Empty: no line of our own.
	Addr string `json:"addr"`
	// Host is our address as trunks reach it. Defaults to that of the listener, which
	// then must be one host's.
	Host string `json:"host"`
	// Trunks are the addresses or networks that calls are taken from.
	Trunks []string `json:"trunks"`
	// User and Password are what a trunk must prove beside its address. Empty: nothing.
	User     string `json:"user"`
	Password string `json:"password"`
	// FirstPort and LastPort bound the ports of sound. Default to 20000 and 23999.
	FirstPort uint16 `json:"first_port"`
	LastPort  uint16 `json:"last_port"`
	// Prompts is a folder of recordings that replace those that come with the program.
	Prompts string `json:"prompts"`
	// Dir is where calls lie until they are delivered. Required with Addr.
	Dir string `json:"dir"`
	// MostCalls bounds the calls at one time. Defaults to the endpoint's.
	MostCalls int `json:"most_calls"`
	// DrainSeconds is how long running calls may go on after a stop. Defaults to the
	// endpoint's.
	DrainSeconds int `json:"drain_seconds"`
	// Voice is how notices are told by telephone.
	Voice Voice `json:"voice"`
}

// ownLine is the open line.
type ownLine struct {
	c        *Channel
	media    *media.Engine
	journal  *journal.Journal
	endpoint *phone.Endpoint
	prompts  map[menu.Clip]*media.Prompt
	notices  map[notice.Clip]*media.Prompt // what is said to whom we ring
	clock    cityClock

	mu    sync.Mutex
	calls map[*phone.Call]*talk
}

// talk is what is known of a call while it goes on.
type talk struct {
	kept  journal.Call
	wish  menu.Wish
	about string // as calls.Keyed
	hush  func() // ends its captions; nil without
}

func (c *Channel) openLine(cfg Line) (_ *ownLine, err error) {
	trunks, err := networks(cfg.Trunks)
	if err != nil {
		return nil, err
	}
	bind, host, err := hosts(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.User == "" && slices.ContainsFunc(trunks, func(p netip.Prefix) bool { return !p.Addr().IsLoopback() }) {
		c.env.Log.Warn("trunks prove themselves by their address alone, which a datagram can forge; LIANOU_SIP_USER asks for more")
	}
	l := &ownLine{c: c, calls: map[*phone.Call]*talk{}}
	if l.prompts, err = loadPrompts(cfg.Prompts, menu.Clips()); err != nil {
		return nil, err
	}
	if l.notices, err = loadPrompts(cfg.Prompts, notice.Clips()); err != nil {
		return nil, err
	}
	out, err := l.outgoing(cfg.Voice)
	if err != nil {
		return nil, err
	}
	l.journal, err = journal.Open(cfg.Dir, c.cfg.MaxRecording, journal.Deps{Ring: c.env.Ring, Calls: c.env.Calls, Blobs: c.blobs, Log: c.env.Log})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.journal.Close())
		}
	}()
	l.media, err = media.New(media.Config{Bind: bind, Host: host, Sources: trunks, FirstPort: cfg.FirstPort, LastPort: cfg.LastPort, Folder: cfg.Dir, Log: c.env.Log})
	if err != nil {
		return nil, err
	}
	l.endpoint, err = phone.New(phone.Config{Addr: cfg.Addr, Host: host, Trunks: trunks, Login: phone.Credentials{User: cfg.User, Password: cfg.Password},
		MostCalls: cfg.MostCalls, Drain: time.Duration(cfg.DrainSeconds) * time.Second, Metrics: c.env.Metrics, Out: out},
		phone.Deps{Media: l.media, Talk: l.talk, Watch: l, Log: c.env.Log, Now: l.clock.now})
	if err != nil {
		return nil, errors.Join(err, l.media.Close())
	}
	return l, nil
}

// run serves until ctx ends and every call has been delivered or lies on the disk.
func (l *ownLine) run(ctx context.Context) error {
	delivering, stop := context.WithCancel(context.WithoutCancel(ctx))
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		l.journal.Run(delivering)
	}()
	go l.clock.follow(ctx, l.c.env.Calls.Shift)
	err := l.endpoint.Run(ctx)
	err = errors.Join(err, l.media.Close())
	stop()
	<-delivered
	return errors.Join(err, l.journal.Close())
}

// Began keeps a call before it is answered.
func (l *ownLine) Began(c *phone.Call) (string, error) {
	kept, sound, err := l.journal.Begin(journal.Entry{Call: c.ID, Caller: c.Caller, Called: c.Called, Exchange: exchangeOf(c), Began: c.Began})
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	l.calls[c] = &talk{kept: kept}
	l.mu.Unlock()
	return sound, nil
}

func exchangeOf(c *phone.Call) string {
	if c.Forked {
		return "siprec"
	}
	return "sip"
}

// Answered tells the desks that somebody speaks.
func (l *ownLine) Answered(c *phone.Call) {
	t := l.of(c)
	if t == nil {
		return
	}
	l.journal.Change(t.kept, func(e *journal.Entry) { e.Answered = c.Answered })
	if l.c.scribe == nil {
		return
	}
	t.hush = l.c.scribe.Listen(c.Sound().Tap, func() (string, bool) { return l.journal.Recorded(t.kept) })
}

// Over keeps how a call ended.
func (l *ownLine) Over(c *phone.Call, r phone.Result) {
	l.mu.Lock()
	t := l.calls[c]
	delete(l.calls, c)
	l.mu.Unlock()
	if t == nil {
		return
	}
	if t.hush != nil {
		t.hush()
	}
	l.journal.Change(t.kept, func(e *journal.Entry) {
		e.Answered, e.Ended, e.Wish = c.Answered, r.Ended, string(t.wish)
		e.About = t.about
		e.Sound, e.Partial = r.HasSound && !c.Answered.IsZero(), r.Partial
		e.Digest = r.Recorded.Digest
	})
	talked := time.Duration(0)
	if !c.Answered.IsZero() {
		talked = r.Ended.Sub(c.Answered)
	}
	l.c.env.Log.Info("call over", "end", r.End, "seconds", talked.Seconds(), "recorded", r.Recorded.Length.Seconds(), "lost", r.Stats.Lost, "gaps", r.Stats.Gaps)
}

func (l *ownLine) of(c *phone.Call) *talk {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls[c]
}

// loadPrompts reads every clip, from the folder if it has it, else from the program.
func loadPrompts[Clip ~string](folder string, clips []Clip) (map[Clip]*media.Prompt, error) {
	out := map[Clip]*media.Prompt{}
	for _, clip := range clips {
		name := string(clip) + ".wav"
		f, err := prompts.Open("prompts/" + name)
		if folder != "" {
			if own, err2 := os.Open(filepath.Join(folder, name)); err2 == nil {
				f, err = own, nil
			} else if !errors.Is(err2, os.ErrNotExist) {
				return nil, fmt.Errorf("open prompt %s: %w", name, err2)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("open prompt %s: %w", name, err)
		}
		p, err := media.ReadPrompt(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("read prompt %s: %w", name, err)
		}
		out[clip] = p
	}
	return out, nil
}

func networks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fmt.Errorf("trunk %q is neither an address nor a network", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// hosts are where sound is bound and at which address trunks find it.
func hosts(cfg Line) (bind, host netip.Addr, err error) {
	name, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return bind, host, fmt.Errorf("the telephone line's address %q is not host:port", cfg.Addr)
	}
	if bind, err = netip.ParseAddr(cmp.Or(name, "0.0.0.0")); err != nil {
		return bind, host, fmt.Errorf("the telephone line's address %q does not begin with an IP address", cfg.Addr)
	}
	if host, err = netip.ParseAddr(cmp.Or(cfg.Host, bind.String())); err != nil || host.IsUnspecified() {
		return bind, host, errors.New("a telephone line that listens on every address needs LIANOU_SIP_HOST, the one its trunks use")
	}
	return bind, host, nil
}
