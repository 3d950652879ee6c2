namespace Sandglass.Cli.Tests;

/// <summary>A text that is typed: moving, deleting, breaking into rows, and texts of several lines.</summary>
public class EditedTextTests
{
    private const string Family = "👩‍👩‍👧";       // one letter to a person, eight to a machine

    [Fact]
    public void Typing_goes_on_before_the_cursor()
    {
        EditedText text = Typed("fox");
        text.Left();
        text.Insert("lk");
        Assert.Equal(("folkx", 4), (text.Text, text.Cursor));
        text.Home();
        text.Delete();
        text.End();
        text.Backspace();
        Assert.Equal("olk", text.Text);
        text.Right();
        text.Delete();
        Assert.Equal(("olk", 3), (text.Text, text.Cursor));
    }

    [Fact]
    public void What_is_one_letter_to_a_person_is_moved_over_and_deleted_as_one()
    {
        EditedText text = Typed($"a{Family}e\u0301");
        text.Left();
        Assert.Equal(1 + Family.Length, text.Cursor);
        text.Backspace();
        Assert.Equal("ae\u0301", text.Text);
        text.End();
        text.Backspace();
        text.Backspace();
        text.Backspace();
        Assert.Equal(("", 0), (text.Text, text.Cursor));
    }

    [Fact]
    public void Words_and_lines_go_at_once()
    {
        EditedText text = Typed("one two\nthree  four ");
        text.DeleteWordBefore();
        Assert.Equal("one two\nthree  ", text.Text);
        text.WordLeft();
        text.DeleteToEnd();
        Assert.Equal("one two\n", text.Text);
        text.Left();
        text.DeleteToHome();
        Assert.Equal(("\n", 0), (text.Text, text.Cursor));
        text.Set("one two");
        text.Home();
        text.WordRight();
        text.WordRight();
        Assert.Equal(7, text.Cursor);
    }

    [Theory]
    [InlineData("abcdefgh", 8, new[] { "> abcdefgh" }, 0, 10)]
    [InlineData("abcdefghi", 9, new[] { "> abcdefgh", "  i" }, 1, 3)]
    [InlineData("abcdefghi", 8, new[] { "> abcdefgh", "  i" }, 1, 2)]
    [InlineData("漢字漢字漢", 5, new[] { "> 漢字漢字", "  漢" }, 1, 4)]
    [InlineData("ab\ncd", 3, new[] { "> ab", "  cd" }, 1, 2)]
    [InlineData("ab\n", 3, new[] { "> ab", "  " }, 1, 2)]
    [InlineData("a\tb\e", 4, new[] { "> a    b␛" }, 0, 9)]
    [InlineData("", 0, new[] { "> " }, 0, 2)]
    public void A_text_lies_in_rows_of_the_terminal(string text, int cursor, string[] rows, int row, int column)
    {
        (List<string> laid, int cursorRow, int cursorColumn) = TypedRows.Laid(text, cursor, width: 10);

        Assert.Equal(rows, laid);
        Assert.Equal((row, column), (cursorRow, cursorColumn));
    }

    [Theory]
    [InlineData("one", false, "one")]
    [InlineData("one\\", true, null)]
    [InlineData("one\\\ntwo", false, "one\ntwo")]
    [InlineData("\"\"\"", true, null)]
    [InlineData("\"\"\"\none\n", true, null)]
    [InlineData("\"\"\"\none\n\ntwo\n\"\"\"", false, "one\n\ntwo")]
    [InlineData("\"\"\"one\"\"\"", false, "one")]
    [InlineData("one\"\"\"", false, "one\"\"\"")]
    public void Signs_make_several_lines_of_a_text(string typed, bool isOpen, string? meant)
    {
        Assert.Equal(isOpen, TypedTurns.IsOpen(typed));
        if (meant is not null) Assert.Equal(meant, TypedTurns.Meant(typed));
    }

    private static EditedText Typed(string text)
    {
        EditedText edited = new();
        edited.Insert(text);
        return edited;
    }
}
