package profile

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// Keys lists the settings that a profile has, dotted, in the order of the file.
func Keys() []string {
	var keys []string
	walk(reflect.ValueOf(Profile{}), "", func(key string, _ reflect.Value) { keys = append(keys, key) })
	return keys
}

// Settings renders a profile's values as key=value lines.
func (p Profile) Settings() []string {
	var lines []string
	walk(reflect.ValueOf(p), "", func(key string, v reflect.Value) {
		lines = append(lines, key+"="+render(v))
	})
	return lines
}

// render is a leaf's value as assign reads it.
func render(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case Configurations:
		return "[" + strings.Join(value.Names(), ", ") + "]"
	case []string:
		return "[" + strings.Join(value, ", ") + "]"
	case []float64:
		return "[" + strings.Join(strings.Fields(strings.Trim(fmt.Sprint(value), "[]")), ", ") + "]"
	default:
		return fmt.Sprint(value)
	}
}

// walk visits the leaves of a struct by their YAML keys.
func walk(v reflect.Value, prefix string, visit func(key string, v reflect.Value)) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		field := v.Field(i)
		switch {
		case name == "-":
		case field.Kind() == reflect.Struct && name == "":
			walk(field, prefix, visit)
		case field.Kind() == reflect.Struct:
			walk(field, prefix+name+".", visit)
		default:
			visit(prefix+name, field)
		}
	}
}

// assign sets a leaf from text. What the text should have been comes back if it cannot be read, else "".
func assign(v reflect.Value, text string) (wanted string) {
	var err error
	switch field := v.Addr().Interface().(type) {
	case *string:
		*field = text
	case *Method:
		*field = Method(text)
	case *bool:
		wanted = "true or false"
		*field, err = strconv.ParseBool(text)
	case *int:
		wanted = "a whole number"
		*field, err = strconv.Atoi(text)
	case *uint64:
		wanted = "a whole number that is not negative"
		*field, err = strconv.ParseUint(text, 10, 64)
	case *float64:
		wanted = "a number"
		*field, err = strconv.ParseFloat(text, 64)
	case *[]string:
		wanted = "a list, such as [q_lin, v_lin]"
		*field = nil
		if err = decode([]byte(text), field); err == nil && *field == nil {
			err = io.EOF // an empty text leaves the list unset
		}
	case *[]float64:
		wanted = "a list of numbers, such as [1e-4, 3e-4]"
		*field = nil
		if err = decode([]byte(text), field); err == nil && *field == nil {
			err = io.EOF
		}
	case *Configurations:
		wanted = "a list of its configurations' names: [" + strings.Join(field.Names(), ", ") + "]"
		var names []string
		if err = decode([]byte(text), &names); err == nil && names == nil {
			err = io.EOF
		}
		if err == nil {
			*field, err = field.Pick(names)
		}
	}
	if err == nil {
		return ""
	}
	return wanted
}
