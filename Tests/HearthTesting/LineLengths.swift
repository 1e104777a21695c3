/// How many Unicode scalars each line of a text has, with any of the three line ends; a byte order mark counts nowhere.
package func lengthsOfLines(_ text: String) -> [Int] {
  var lengths = [0]
  var previous: Unicode.Scalar = "\u{FEFF}"
  for scalar in text.unicodeScalars {
    if scalar == "\n" || scalar == "\r" {
      if scalar == "\r" || previous != "\r" { lengths.append(0) }
    } else if scalar != "\u{FEFF}" || lengths != [0] {
      lengths[lengths.count - 1] += 1
    }
    previous = scalar
  }
  return lengths
}
