package browsertest

import "github.com/chromedp/chromedp"

// An Option changes how the browser is started.
type Option func() []chromedp.ExecAllocatorOption

// Microphone gives the browser a microphone that beeps once a second, and a person
// who lets pages use it. Without it there is none.
func Microphone() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required")}
}

// MicrophoneRefused gives it one, and a person who does not.
func MicrophoneRefused() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("deny-permission-prompts", true)}
}
