package profile

import (
	"fmt"
	"strings"
)

// Method is what training changes.
type Method string

// The methods.
const (
	MethodLoRA    Method = "lora"    // the adapter and the head
	MethodFull    Method = "full"    // every parameter
	MethodPartial Method = "partial" // the last layers of the encoder and the head
	MethodHead    Method = "head"    // the head alone, on a frozen encoder
)

// Methods lists them.
func Methods() []Method { return []Method{MethodLoRA, MethodFull, MethodPartial, MethodHead} }

// Title is the method in words.
func (m Method) Title() string {
	switch m {
	case MethodFull:
		return "full fine-tuning"
	case MethodPartial:
		return "last layers"
	case MethodHead:
		return "head alone"
	default:
		return "LoRA"
	}
}

// MethodName is the profile's method in words, with the number of layers where only some are trained.
func (p Profile) MethodName() string {
	if p.Train.Method == MethodPartial {
		return fmt.Sprintf("last %d layers", p.Train.Layers)
	}
	return p.Train.Method.Title()
}

// Describe says what is trained, with the adapter's settings.
func (p Profile) Describe() string {
	if p.Train.Method != MethodLoRA {
		return p.MethodName()
	}
	a := p.Adapter
	scale := ""
	if a.RSLoRA {
		scale = " (rsLoRA)"
	}
	return fmt.Sprintf("LoRA, rank %d, alpha %g%s, dropout %g, on %s", a.Rank, a.Alpha, scale, a.Dropout, strings.Join(a.TargetModules, ", "))
}

// Precision is the floating-point type that the forward and backward passes of training are computed in.
func (p Profile) Precision() string {
	if p.Train.Precision == "" {
		return "f32"
	}
	return p.Train.Precision
}
