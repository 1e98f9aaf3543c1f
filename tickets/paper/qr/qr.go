// Package qr draws the codes on documents. It knows nothing of what they say.
package qr

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// Size is the side of a code in pixels: about 2.5 cm at 300 dpi.
const Size = 296

// PNG is the code of a text, with the quiet zone left to whoever places it.
func PNG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("qr code: %w", err)
	}
	side := code.Bounds().Dx()
	scaled, err := barcode.Scale(code, Size/side*side, Size/side*side) // whole pixels a module
	if err != nil {
		return nil, fmt.Errorf("qr code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, scaled); err != nil {
		return nil, fmt.Errorf("qr code: %w", err)
	}
	return b.Bytes(), nil
}
