package main

import (
	"path/filepath"

	"lianou/cmd/internal/boot"
	"lianou/cmd/internal/standin"
)

type standinCmd struct{}

// Run serves until the context ends. The outside services accept the secrets
// that the programs are configured with, or the demo's where none are given.
func (standinCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	server, err := standin.New(standin.Config{
		Addr: cfg.StandinAddr, DataDir: filepath.Join(cfg.DataDir, "standin"), Gateway: cfg.PublicURL,
		Log:      boot.NewLog(t.out, cfg, "standin"),
		WeChat:   standin.WeChatConfig{AppID: cfg.WeChat.AppID, Secret: cfg.WeChat.Secret.Reveal()},
		Cloud:    standin.CloudConfig{Keys: cloudKeys(cfg), SmsAppID: cfg.SMS.AppID, Sign: cfg.SMS.Sign},
		Bank:     standin.BankConfig{User: cfg.Bank.User, Password: cfg.Bank.Password.Reveal()},
		Exchange: standin.ExchangeConfig{Secret: cfg.Hotline.WebhookSecret.Reveal(), TwilioToken: cfg.Hotline.TwilioToken.Reveal()},
	})
	if err != nil {
		return err
	}
	return server.Run(t.ctx)
}

// cloudKeys lists the Tencent Cloud key pairs in use; text messages and the
// identity check may have one each.
func cloudKeys(cfg *boot.Config) map[string]string {
	keys := map[string]string{}
	for id, key := range map[string]boot.Secret{cfg.SMS.SecretID: cfg.SMS.SecretKey, cfg.Identity.SecretID: cfg.Identity.SecretKey} {
		if id != "" {
			keys[id] = key.Reveal()
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return keys
}
