using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>The grammar, the meaning of missing labels and the canonical text, as Calico has them.</summary>
public sealed class SelectorGrammar
{
    [Theory]
    [InlineData("", "all()")]
    [InlineData(" \t ", "all()")]
    [InlineData(" all( ) ", "all()")]
    [InlineData("(all())", "all()")]
    [InlineData("global()", "global()")]
    [InlineData("!!has(a)", "has(a)")]
    [InlineData("! ! !has( a )", "!has(a)")]
    [InlineData("! (has( b)||! has(a ))", "!(has(b) || !has(a))")]
    [InlineData("a=='b'&&c!=\"d\"", "(a == \"b\" && c != \"d\")")]
    [InlineData("a == 'b' && c == 'd' && has(e)", "(a == \"b\" && c == \"d\" && has(e))")]
    [InlineData("has(a) && (has(b) && has(c))", "(has(a) && (has(b) && has(c)))")]
    [InlineData("has(a) || has(b) && has(c)", "(has(a) || (has(b) && has(c)))")]
    [InlineData("a == '\"'", "a == '\"'")]
    [InlineData("a in {'z', \"x\", 'z',}", "a in {\"x\", \"z\"}")]
    [InlineData("a not in {}", "a not in {}")]
    [InlineData("a notin{'b'}", "a not in {\"b\"}")]
    [InlineData("a in {'\U0001F600', '\uFFFD'}", "a in {\"\uFFFD\", \"\U0001F600\"}")]
    [InlineData("a startswith'x'", "a starts with \"x\"")]
    [InlineData("a ends  with 'x'", "a ends with \"x\"")]
    [InlineData("a contains 'x'", "a contains \"x\"")]
    [InlineData("in in {'in'}", "in in {\"in\"}")]
    [InlineData("contains contains 'x'", "contains contains \"x\"")]
    [InlineData("has == 'x'", "has == \"x\"")]
    [InlineData("projectcalico.org/namespace == 'x'", "projectcalico.org/namespace == \"x\"")]
    public void Canonical_text(string text, string canonical)
    {
        Assert.Equal(canonical, Selector.Parse(text).ToString());
        Assert.Equal(canonical, Selector.Parse(canonical).ToString());
    }

    [Fact]
    public void Parentheses_between_negations_leave_no_trace_in_the_text()
    {
        Assert.Equal("!!has(a)", Selector.Parse("!(!has(a))").ToString());
        Assert.Equal("has(a)", Selector.Parse("!!has(a)").ToString());
    }

    [Theory]
    [InlineData("b == b", 5)]
    [InlineData("b contains b", 11)]
    [InlineData("'b1' == b", 0)]
    [InlineData("b", 1)]
    [InlineData("a b", 2)]
    [InlineData("a inx {'b'}", 2)]
    [InlineData("!", 1)]
    [InlineData("a == 'b' &", 9)]
    [InlineData("a == 'b' | has(c)", 9)]
    [InlineData("a = 'b'", 2)]
    [InlineData("a != ||", 5)]
    [InlineData("a in {'', ||", 10)]
    [InlineData("a in 'b'", 5)]
    [InlineData("a in {'b' 'c'}", 10)]
    [InlineData("a in {,}", 6)]
    [InlineData("\"FOO'", 0)]
    [InlineData("a == 'x", 5)]
    [InlineData("(", 1)]
    [InlineData("(a == 'b'", 9)]
    [InlineData("a == 'b')", 8)]
    [InlineData("()", 1)]
    [InlineData("%", 0)]
    [InlineData("a == 'b' && %", 12)]
    [InlineData("has(a) &&", 9)]
    [InlineData("has(a) has(b)", 7)]
    [InlineData("has()", 4)]
    [InlineData("has(a", 5)]
    [InlineData("all(x)", 4)]
    [InlineData("a ==\n'b'", 4)]
    [InlineData("a == 'b'\n", 8)]
    public void Errors_say_where(string text, int offset)
    {
        Assert.False(Selector.TryParse(text, out _, out var error));
        Assert.True(offset == error.Offset, $"'{text}': {error}");
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("a == 'x'", false, true, false)]
    [InlineData("a != 'x'", true, false, true)]
    [InlineData("a in {'x'}", false, true, false)]
    [InlineData("a not in {'x'}", true, false, true)]
    [InlineData("a in {}", false, false, false)]
    [InlineData("a not in {}", true, true, true)]
    [InlineData("has(a)", false, true, true)]
    [InlineData("!has(a)", true, false, false)]
    [InlineData("a contains 'x'", false, true, true)]
    [InlineData("a starts with 'x'", false, true, true)]
    [InlineData("a ends with 'x'", false, true, false)]
    [InlineData("a starts with ''", false, true, true)]
    [InlineData("!a == 'x' && has(a)", false, false, true)]
    [InlineData("all()", true, true, true)]
    [InlineData("global()", true, true, true)]
    public void Missing_and_present_labels(string text, bool missing, bool x, bool xy)
    {
        var selector = Selector.Parse(text);
        Assert.Equal(missing, selector.Matches(LabelSet.Empty));
        Assert.Equal(x, selector.Matches(LabelSet.Of(("a", "x"))));
        Assert.Equal(xy, selector.Matches(LabelSet.Of(("a", "xy"))));
    }

    [Theory]
    [InlineData("all()", true, false)]
    [InlineData("global()", false, true)]
    [InlineData("!has(x)", true, true)]
    [InlineData("x != 'y'", true, true)]
    [InlineData("global() || n == 'blue'", true, true)]
    public void Namespace_selectors(string text, bool within, bool outside)
    {
        var selector = Selector.Parse(text);
        Assert.Equal(within, selector.MatchesNamespace(LabelSet.Of(("n", "blue"))));
        Assert.Equal(outside, selector.MatchesNamespace(null));
    }

    [Fact]
    public void Labels_have_a_greatest_length()
    {
        Assert.True(Selector.TryParse(new string('a', 512) + " == 'x'", out _, out _));
        Assert.False(Selector.TryParse(new string('a', 513) + " == 'x'", out _, out var error));
        Assert.Equal(0, error.Offset);
    }

    [Fact]
    public void Hostile_depth_costs_memory_alone()
    {
        const int Depth = 10_000;
        Assert.Equal("has(a)", Selector.Parse(new string('(', Depth) + "has(a)" + new string(')', Depth)).ToString());
        Assert.False(Selector.TryParse(new string('(', Depth), out _, out _));
        var negations = Selector.Parse(string.Concat(Enumerable.Repeat("!(", Depth)) + "has(a)" + new string(')', Depth));
        Assert.False(negations.Matches(LabelSet.Empty));
        Assert.Equal(new string('!', Depth) + "has(a)", negations.ToString());
        var nested = Selector.Parse(string.Concat(Enumerable.Repeat("has(a) && (has(b) || ", Depth)) + "all()" + new string(')', Depth));
        Assert.True(nested.Matches(LabelSet.Of(("a", "x"))));
        Assert.False(nested.Matches(LabelSet.Of(("b", "x"))));
    }

    [Fact]
    public void Texts_mean_what_another_reading_says()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var matches = new RandomMatches(new(seed));
            var selector = matches.Selector(4);
            var read = Selector.Parse(selector.ToString());
            Assert.True(selector.Equals(read) || selector.ToString().Contains("!!", StringComparison.Ordinal), $"seed {seed}: {selector} became {read}");
            for (var i = 0; i < 8; i++)
            {
                var labels = matches.Labels();
                var expected = PlainSelector.Matches(selector.ToString(), labels.ToDictionary());
                Assert.True(expected == read.Matches(labels), $"seed {seed}: {selector} on {labels}: expected {expected}");
            }
        }
    }
}
