package channels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"lianou/core"
	"lianou/intake"
)

// A Channel is one way people reach us.
type Channel interface {
	Endpoints() []Endpoint // may be empty
}

// An Endpoint is one HTTP route, mounted under /c/<channel>/. It has either Parse
// and Reply, for what becomes applications, or Serve, for everything else
// (log-in, upload, progress); Open checks that it is exactly one of the two.
type Endpoint struct {
	Method string // "GET", "POST" ...
	Path   string // below /c/<channel>, such as "/applications/{receipt}"

	// Parse authenticates first, in constant time, then translates. It has no side
	// effects.
	Parse func(*http.Request) ([]intake.Submission, error)
	// Reply answers in the platform's own words, after durability, exactly once.
	Reply func(http.ResponseWriter, *http.Request, []intake.Receipt, error)

	Serve http.HandlerFunc

	MaxBody   int64         // bytes; defaults to the host's
	PerMinute int           // requests of one source; defaults to the host's
	Deadline  time.Duration // defaults to the host's
}

// Runner is the first optional interface: a channel with work of its own beside
// HTTP. Run returns when ctx ends and its work is finished.
type Runner interface {
	Run(ctx context.Context) error
}

// Submitter is how a channel hands in what it heard. *intake.Intake is one;
// channeltest has the in-memory twin that passes the same contract test.
type Submitter interface {
	Submit(ctx context.Context, s intake.Submission) (intake.Receipt, error)
}

// Factory opens one channel from its section of the configuration.
type Factory func(section json.RawMessage, env Env) (Channel, error)

// Catalogue lists the channels a program can run, by name.
type Catalogue map[core.ChannelName]Factory

// Make turns a channel's constructor into a Factory. A section with a setting that
// Config does not have is refused, so that a misspelt setting stops the start.
func Make[Config any, C Channel](build func(Config, Env) (C, error)) Factory {
	return func(section json.RawMessage, env Env) (Channel, error) {
		var cfg Config
		d := json.NewDecoder(bytes.NewReader(section))
		d.DisallowUnknownFields()
		if err := d.Decode(&cfg); err != nil {
			return nil, fmt.Errorf("settings of channel %s: %w", env.Name, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("settings of channel %s: more than one value", env.Name)
		}
		return build(cfg, env)
	}
}

// stamped is the Submitter a channel is given: it says which channel speaks, so
// that none can speak for another.
type stamped struct {
	name core.ChannelName
	to   Submitter
}

func (s stamped) Submit(ctx context.Context, sub intake.Submission) (intake.Receipt, error) {
	sub.Channel = s.name
	return s.to.Submit(ctx, sub)
}

// confirmed is the Submitter for what a conversation names itself: the door it was
// confirmed at, which need not be the one that is asked. It takes citizens' own alone; a call
// that such an application names counts only where it was given to its account, which the
// platform looks at.
type confirmed struct{ to Submitter }

func (c confirmed) Submit(ctx context.Context, sub intake.Submission) (intake.Receipt, error) {
	if sub.Channel == "" || sub.Citizen == "" || sub.Staff != 0 {
		return intake.Receipt{}, core.E(core.KindInternal, "not_of_a_conversation", "")
	}
	return c.to.Submit(ctx, sub)
}

func componentLog(log *slog.Logger, name core.ChannelName) *slog.Logger {
	return log.With("component", "channels/"+string(name))
}
