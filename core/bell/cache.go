package bell

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"
)

// Get reads a value from the shared cache. No answer from Redis is a miss.
func (b *Bell) Get(ctx context.Context, key string) ([]byte, bool) {
	var value []byte
	found := false
	b.ask(ctx, func(ctx context.Context) (err error) {
		value, err = b.redis.Get(ctx, prefix+"cache:"+key).Bytes()
		found = err == nil
		return err
	})
	return value, found
}

// Set keeps a value for a while, or not at all when Redis is away.
func (b *Bell) Set(ctx context.Context, key string, value []byte, expiry time.Duration) {
	b.ask(ctx, func(ctx context.Context) error {
		return b.redis.Set(ctx, prefix+"cache:"+key, value, max(expiry, time.Millisecond)).Err()
	})
}

// Delete forgets a value.
func (b *Bell) Delete(ctx context.Context, key string) {
	b.ask(ctx, func(ctx context.Context) error { return b.redis.Del(ctx, prefix+"cache:"+key).Err() })
}

// Take reads a value and forgets it in one step: of several takers one gets it.
func (b *Bell) Take(ctx context.Context, key string) ([]byte, bool) {
	var value []byte
	found := false
	b.ask(ctx, func(ctx context.Context) (err error) {
		value, err = b.redis.GetDel(ctx, prefix+"cache:"+key).Bytes()
		found = err == nil
		return err
	})
	return value, found
}

// Fresh reports whether a nonce was not seen within `keep`, and notes it. It
// stands in front of the database's own unique index and may err towards true:
// when Redis is away every nonce is fresh.
func (b *Bell) Fresh(ctx context.Context, nonce string, keep time.Duration) bool {
	fresh := true
	b.ask(ctx, func(ctx context.Context) (err error) {
		set, err := b.redis.SetNX(ctx, prefix+"nonce:"+nonce, 1, max(keep, time.Millisecond)).Result()
		fresh = err != nil || set
		return err
	})
	return fresh
}

// unlock deletes a lock only while it is still ours.
const unlock = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0`

// Lock spares nodes from doing the same work at once, such as fetching a token.
// It is a courtesy and no exclusion: when Redis is away everybody holds it. Call
// the function when done.
func (b *Bell) Lock(ctx context.Context, name string, hold time.Duration) (release func(), held bool) {
	mine, key := rand.Text(), prefix+"lock:"+name
	held = true
	answered := b.ask(ctx, func(ctx context.Context) (err error) {
		held, err = b.redis.SetNX(ctx, key, mine, max(hold, time.Millisecond)).Result()
		return err
	})
	if !answered {
		return func() {}, true
	}
	if !held {
		return func() {}, false
	}
	return func() {
		b.ask(context.WithoutCancel(ctx), func(ctx context.Context) error {
			return redis.NewScript(unlock).Run(ctx, b.redis, []string{key}, mine).Err()
		})
	}, true
}
