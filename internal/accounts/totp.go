package accounts

import (
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

const totpStep = 30 // seconds, RFC 6238

// CheckTOTP tells whether code is right for the secret now, one step of clock
// drift allowed, and which step it belongs to: a step that was used once must
// not be accepted again.
func CheckTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.Join(strings.Fields(code), "")
	for _, drift := range []int64{0, -1, 1} {
		at := now.Unix()/totpStep + drift
		right, err := totp.ValidateCustom(code, secret, time.Unix(at*totpStep, 0), totp.ValidateOpts{
			Period: totpStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && right {
			return at, true
		}
	}
	return 0, false
}
