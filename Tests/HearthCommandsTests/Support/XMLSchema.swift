import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An XML document as a tree.
final class XMLTree: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    var children: [Element] = []
    var text = ""

    func children(_ name: String) -> [Element] { children.filter { $0.name == name } }
  }

  private var open: [Element] = []
  private var root: Element?

  /// Reads a document; throws when it is not well-formed.
  static func read(_ data: Data) throws -> Element {
    let tree = XMLTree()
    let parser = XMLParser(data: data)
    parser.delegate = tree
    guard parser.parse(), let root = tree.root else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    return root
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if !open.isEmpty { open[open.count - 1].text += text }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    let element = open.removeLast()
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }
}

/// Checks documents against the part of XML Schema that `Fixtures/junit-10.xsd` uses; anything else there is a mistake.
struct XMLSchema {
  private let schema: XMLTree.Element

  init(_ data: Data) throws {
    schema = try XMLTree.read(data)
  }

  /// What is wrong with a document, place by place; empty when nothing is.
  func faults(of document: XMLTree.Element) throws -> [String] {
    guard let declared = schema.children("xs:element").first(where: { $0.attributes["name"] == document.name }) else {
      return ["/\(document.name) is no root"]
    }
    return try check(document, declared, "/\(document.name)")
  }

  private struct Unknown: Error {
    let what: String
  }

  private func check(_ element: XMLTree.Element, _ declared: XMLTree.Element, _ place: String) throws -> [String] {
    guard let type = try complexType(of: declared) else {
      throw Unknown(what: "the element `\(declared.attributes["name"] ?? "")` has no type that is checked")
    }
    var faults = try checkAttributes(element, type, place)
    if let content = type.children("xs:simpleContent").first {
      guard content.children.count == 1, content.children[0].name == "xs:extension" else {
        throw Unknown(what: "simpleContent")
      }
      return faults + (element.children.isEmpty ? [] : ["\(place): elements where text is expected"])
    }
    if !element.text.allSatisfy(\.isWhitespace) { faults.append("\(place): text where elements are expected") }
    return try faults + checkChildren(element, type, place)
  }

  private func complexType(of declared: XMLTree.Element) throws -> XMLTree.Element? {
    guard let name = declared.attributes["type"] else { return declared.children("xs:complexType").first }
    return schema.children("xs:complexType").first { $0.attributes["name"] == name }
  }

  // MARK: Attributes

  private func checkAttributes(
    _ element: XMLTree.Element, _ type: XMLTree.Element, _ place: String
  ) throws -> [String] {
    let inner = type.children("xs:simpleContent").first?.children.first ?? type
    let declared = inner.children("xs:attribute")
    var faults = element.attributes.keys.sorted()
      .filter { name in !declared.contains { $0.attributes["name"] == name } }
      .map { "\(place): the attribute `\($0)` is not allowed" }
    for attribute in declared {
      let name = attribute.attributes["name"] ?? ""
      guard let value = element.attributes[name] else {
        if attribute.attributes["use"] == "required" { faults.append("\(place): the attribute `\(name)` is missing") }
        continue
      }
      if try !fits(value, attribute.attributes["type"] ?? "") {
        faults.append("\(place): \(name)=\"\(value)\" is no \(attribute.attributes["type"] ?? "")")
      }
    }
    return faults
  }

  private func fits(_ value: String, _ type: String) throws -> Bool {
    switch type {
    case "xs:string": return true
    case "xs:nonNegativeInteger": return value.wholeMatch(of: /\+?[0-9]+/) != nil
    default:
      let simple = schema.children("xs:simpleType").first { $0.attributes["name"] == type }
      let pattern = simple?.children.first?.children("xs:pattern").first?.attributes["value"]
      guard let pattern else { throw Unknown(what: "the type `\(type)`") }
      return try value.wholeMatch(of: Regex(pattern)) != nil
    }
  }

  // MARK: Children

  private func checkChildren(
    _ element: XMLTree.Element, _ type: XMLTree.Element, _ place: String
  ) throws -> [String] {
    let groups = type.children.filter { $0.name != "xs:attribute" }
    guard let group = groups.first else {
      return element.children.map { "\(place): the element `\($0.name)` is not allowed" }
    }
    guard groups.count == 1 else { throw Unknown(what: "\(place): two groups") }
    switch group.name {
    case "xs:sequence": return try checkSequence(element, group, place)
    case "xs:choice": return try checkChoice(element, group, place)
    default: throw Unknown(what: group.name)
    }
  }

  private func checkSequence(
    _ element: XMLTree.Element, _ group: XMLTree.Element, _ place: String
  ) throws -> [String] {
    var (rest, faults) = (element.children[...], [String]())
    for declared in group.children {
      let name = declared.attributes["name"] ?? ""
      let (low, high) = bounds(declared)
      var count = 0
      while count < high, let next = rest.first, next.name == name {
        faults += try check(next, declared, "\(place)/\(name)[\(count + 1)]")
        rest = rest.dropFirst()
        count += 1
      }
      if count < low { faults.append("\(place): `\(name)` is missing") }
    }
    return faults + rest.map { "\(place): the element `\($0.name)` is not expected here" }
  }

  private func checkChoice(
    _ element: XMLTree.Element, _ group: XMLTree.Element, _ place: String
  ) throws -> [String] {
    let (low, high) = bounds(group)
    var faults = [String]()
    if element.children.count < low || element.children.count > high { faults.append("\(place): wrong number") }
    for child in element.children {
      if let declared = group.children.first(where: { $0.attributes["name"] == child.name }) {
        faults += try check(child, declared, "\(place)/\(child.name)")
      } else {
        faults.append("\(place): the element `\(child.name)` is not allowed")
      }
    }
    return faults
  }

  private func bounds(_ declared: XMLTree.Element) -> (Int, Int) {
    let high = declared.attributes["maxOccurs"] ?? "1"
    return (Int(declared.attributes["minOccurs"] ?? "1") ?? 1, high == "unbounded" ? .max : Int(high) ?? 1)
  }
}
