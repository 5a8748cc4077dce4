package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// hook is one webhook of the exchange: a call that just began.
func hook(ctx context.Context, addr, id string, body []byte) (*http.Request, error) {
	key, err := standardwebhooks.NewWebhook(exchangeSecret)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	signature, err := key.Sign(id, now, body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/c/hotline/webhook", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a webhook: %w", err)
	}
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return r, nil
}

// ringing is what the exchange says of a call that begins.
func ringing(call string) []byte {
	raw, _ := json.Marshal(map[string]any{"call_id": call, "caller": "13805340001", "called": "12345", "began": "2026-11-23T01:00:00Z"}) // strings always encode
	return raw
}
