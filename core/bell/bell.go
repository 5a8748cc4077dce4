// Package bell is Redis: bells that say "row X of kind Y moved, look again",
// caches with an expiry, rate limits and replay nonces shared by all nodes.
//
// It must not hold anything that would be missed: every method lives on, quickly,
// when Redis is gone. What is unique, allowed or true is PostgreSQL's to say.
// Ring is called after commit, with ids and nothing personal.
package bell

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"lianou/core"
)

const (
	timeout = 200 * time.Millisecond // of any one exchange with Redis
	rest    = time.Second            // after a failure nobody waits for Redis this long
	prefix  = "lianou:"
)

// Config is what Open needs.
type Config struct {
	// URL is redis://, rediss:// or unix://. Required.
	URL string

	// Log hears, at most once a minute, that Redis is away. Required.
	Log *slog.Logger
}

// Bell is a connection to Redis. It is safe for concurrent use.
type Bell struct {
	redis *redis.Client
	rate  *redis_rate.Limiter
	log   *slog.Logger
	own   limits // in place of Redis while it is away

	away   atomic.Int64 // unix ms until which Redis is not asked
	logged atomic.Int64 // unix s of the last line in the log
}

// Message is one bell. A desk that hears it reads the row by id, authorised anew.
type Message struct {
	Topic string `json:"topic"`
	Kind  string `json:"kind"`
	ID    string `json:"id"`
}

// Open reads the URL and needs no answer from Redis. Errors are KindInvalid.
func Open(cfg Config) (*Bell, error) {
	opts, err := redis.ParseURL(cfg.URL)
	if err != nil || cfg.Log == nil {
		return nil, core.E(core.KindInvalid, "redis_url", "") // the parser's text may hold the password
	}
	opts.ContextTimeoutEnabled = true
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = timeout, timeout, timeout, timeout
	opts.MaxRetries, opts.DialerRetries = 1, 1
	opts.DisableIdentity = true
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	hush()
	client := redis.NewClient(opts)
	return &Bell{redis: client, rate: redis_rate.NewLimiter(client), log: cfg.Log}, nil
}

// Close hangs up.
func (b *Bell) Close() error { return b.redis.Close() }

// Ping reports whether Redis answers: for /readyz and `lianou doctor`.
func (b *Bell) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := b.redis.Ping(ctx).Err(); err != nil {
		return core.E(core.KindUnavailable, "redis_unavailable", "").Wrap(fmt.Errorf("redis does not answer"))
	}
	return nil
}

// Ring tells all listeners of a topic. It never fails the caller and takes at
// most 200 ms; a lost bell is healed by the listeners' slow poll.
func (b *Bell) Ring(ctx context.Context, topic, kind, id string) {
	body, err := json.Marshal(Message{Topic: topic, Kind: kind, ID: id})
	if err != nil {
		return // three strings always encode
	}
	b.ask(ctx, func(ctx context.Context) error { return b.redis.Publish(ctx, prefix+"bell:"+topic, body).Err() })
}

// Listen hears the bells of topics until ctx ends, which closes the channel; "*"
// in a topic stands for anything, so that "township:*" hears every township. It
// survives Redis going and coming. A listener that is slow loses bells rather
// than hold up others.
func (b *Bell) Listen(ctx context.Context, topics ...string) (<-chan Message, error) {
	if len(topics) == 0 {
		return nil, core.E(core.KindInvalid, "bell_topics", "")
	}
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = prefix + "bell:" + t
	}
	sub := b.redis.PSubscribe(ctx, names...)
	// Wait for the subscription, so that what is rung after Listen returns is heard.
	// Without Redis the channel below subscribes when it comes.
	first, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if _, err := sub.Receive(first); err != nil {
		b.failed(ctx)
	}
	out := make(chan Message, 64)
	go forward(ctx, sub, out)
	return out, nil
}

func forward(ctx context.Context, sub *redis.PubSub, out chan<- Message) {
	defer close(out)
	defer sub.Close()
	in := sub.Channel(redis.WithChannelHealthCheckInterval(2*time.Second), redis.WithChannelSize(64))
	for {
		select {
		case <-ctx.Done():
			return
		case raw, open := <-in:
			if !open {
				return
			}
			var m Message
			if json.Unmarshal([]byte(raw.Payload), &m) != nil {
				continue // not ours
			}
			select {
			case out <- m:
			default: // slow; the poll heals it
			}
		}
	}
}

// ask runs one exchange with Redis, unless Redis failed a moment ago, and
// reports whether it answered.
func (b *Bell) ask(ctx context.Context, exchange func(context.Context) error) bool {
	if time.Now().UnixMilli() < b.away.Load() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := exchange(ctx); err != nil && err != redis.Nil {
		b.failed(ctx)
		return false
	}
	return true
}

func (b *Bell) failed(ctx context.Context) {
	now := time.Now()
	b.away.Store(now.Add(rest).UnixMilli())
	last := b.logged.Load()
	if now.Unix()-last >= 60 && b.logged.CompareAndSwap(last, now.Unix()) {
		b.log.WarnContext(ctx, "redis is away; bells are silent and limits are per process", "component", "bell")
	}
}

// hush stops go-redis from logging addresses on its own, for the whole process.
var hush = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
