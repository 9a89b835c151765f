<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source> (cut)</source>
        <translation> (angeschnitten)</translation>
    </message>
    <message>
        <source> HU</source>
        <translation> HU</translation>
    </message>
    <message>
        <source> It takes {count}: accept or correct more in a review.</source>
        <translation> Nötig sind {count}: mehr in einer Durchsicht annehmen oder korrigieren.</translation>
    </message>
    <message>
        <source> a second</source>
        <translation> pro Sekunde</translation>
    </message>
    <message>
        <source> mm</source>
        <translation> mm</translation>
    </message>
    <message>
        <source> on {plane} slices</source>
        <translation> auf {plane}en Schichten</translation>
    </message>
    <message>
        <source> pixels</source>
        <translation> Pixel</translation>
    </message>
    <message>
        <source>&amp;About flare-gui</source>
        <translation>&amp;Über flare-gui</translation>
    </message>
    <message>
        <source>&amp;Accept</source>
        <translation>&amp;Annehmen</translation>
    </message>
    <message>
        <source>&amp;Angle</source>
        <translation>&amp;Winkel</translation>
    </message>
    <message>
        <source>&amp;Background of 3D</source>
        <translation>&amp;Hintergrund von 3D</translation>
    </message>
    <message>
        <source>&amp;Brush</source>
        <translation>&amp;Pinsel</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Compare with…</source>
        <translation>&amp;Vergleichen mit …</translation>
    </message>
    <message>
        <source>&amp;Crosshair</source>
        <translation>&amp;Fadenkreuz</translation>
    </message>
    <message>
        <source>&amp;Distance</source>
        <translation>&amp;Distanz</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;End the review</source>
        <translation>Durchsicht be&amp;enden</translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation>&amp;Radierer</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Files</source>
        <translation>&amp;Dateien</translation>
    </message>
    <message>
        <source>&amp;Fill</source>
        <translation>&amp;Füllen</translation>
    </message>
    <message>
        <source>&amp;Find</source>
        <translation>&amp;Suchen</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>&amp;Flag…</source>
        <translation>&amp;Markieren …</translation>
    </message>
    <message>
        <source>&amp;Go on</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Grow by 1 mm</source>
        <translation>Um 1 mm ver&amp;größern</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keep this part only</source>
        <translation>Nur diesen &amp;Teil behalten</translation>
    </message>
    <message>
        <source>&amp;Keyboard and mouse</source>
        <translation>&amp;Tastatur und Maus</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>&amp;Lasso</source>
        <translation>&amp;Lasso</translation>
    </message>
    <message>
        <source>&amp;Link zoom</source>
        <translation>&amp;Zoom koppeln</translation>
    </message>
    <message>
        <source>&amp;Navigate</source>
        <translation>&amp;Navigieren</translation>
    </message>
    <message>
        <source>&amp;Next case</source>
        <translation>&amp;Nächster Fall</translation>
    </message>
    <message>
        <source>&amp;Numbers</source>
        <translation>&amp;Zahlen</translation>
    </message>
    <message>
        <source>&amp;Odd ones only</source>
        <translation>Nur &amp;auffällige</translation>
    </message>
    <message>
        <source>&amp;One large view</source>
        <translation>Eine &amp;große Ansicht</translation>
    </message>
    <message>
        <source>&amp;Open scan…</source>
        <translation>Aufnahme ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>&amp;Outlines</source>
        <translation>&amp;Konturen</translation>
    </message>
    <message>
        <source>&amp;Panels and tools</source>
        <translation>Bereiche und &amp;Leisten</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>&amp;Previous case</source>
        <translation>&amp;Voriger Fall</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Reset the layout</source>
        <translation>Anordnung zu&amp;rücksetzen</translation>
    </message>
    <message>
        <source>&amp;Review</source>
        <translation>&amp;Durchsehen</translation>
    </message>
    <message>
        <source>&amp;Save mask</source>
        <translation>Maske &amp;speichern</translation>
    </message>
    <message>
        <source>&amp;Scan</source>
        <translation>&amp;Aufnahme</translation>
    </message>
    <message>
        <source>&amp;Segment</source>
        <translation>&amp;Segmentieren</translation>
    </message>
    <message>
        <source>&amp;Smooth pixels</source>
        <translation>Pixel &amp;glätten</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Start</translation>
    </message>
    <message>
        <source>&amp;Teach</source>
        <translation>&amp;Anlernen</translation>
    </message>
    <message>
        <source>&amp;Teach…</source>
        <translation>&amp;Anlernen …</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Use the new weights</source>
        <translation>Neue Gewichte &amp;verwenden</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>A&amp;nsicht</translation>
    </message>
    <message>
        <source>, {kept} kept as a person left them</source>
        <translation>, {kept} so belassen, wie ein Mensch sie hinterließ</translation>
    </message>
    <message>
        <source>, {time} left</source>
        <translation>, noch {time}</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 Datei</translation>
    </message>
    <message>
        <source>1. Drop a scan on the window, or open one.</source>
        <translation>1. Eine Aufnahme auf das Fenster ziehen oder öffnen.</translation>
    </message>
    <message>
        <source>2. Press Segment: liver, kidneys and spleen appear.</source>
        <translation>2. Segmentieren drücken: Leber, Nieren und Milz erscheinen.</translation>
    </message>
    <message>
        <source>3. Correct them with the brush (B), then save or export.</source>
        <translation>3. Mit dem Pinsel (B) korrigieren, dann speichern oder exportieren.</translation>
    </message>
    <message>
        <source>3D is off: {reason} Slices, measurements and exports work without it.</source>
        <translation>3D ist aus: {reason} Schichten, Messungen und Exporte gehen auch ohne.</translation>
    </message>
    <message>
        <source>3D view</source>
        <translation>3D-Ansicht</translation>
    </message>
    <message>
        <source>A .safetensors file written by flare-train, with its card</source>
        <translation>Eine .safetensors-Datei von flare-train mit ihrem Steckbrief</translation>
    </message>
    <message>
        <source>A CT or a workspace; any view takes them dropped, too</source>
        <translation>Ein CT oder ein Arbeitsstand; jede Ansicht nimmt sie auch durch Ziehen an</translation>
    </message>
    <message>
        <source>A DICOM folder, or one with many scans to choose from</source>
        <translation>Ein DICOM-Ordner oder einer mit vielen Aufnahmen zur Auswahl</translation>
    </message>
    <message>
        <source>A file, a zip, or a workspace of an earlier day</source>
        <translation>Eine Datei, eine ZIP-Datei oder ein früherer Arbeitsstand</translation>
    </message>
    <message>
        <source>A folder is being segmented</source>
        <translation>Ein Ordner wird gerade segmentiert</translation>
    </message>
    <message>
        <source>A person drew this, not the network</source>
        <translation>Das hat ein Mensch gezeichnet, nicht das Netz</translation>
    </message>
    <message>
        <source>A preview of the first frame appears here.</source>
        <translation>Hier erscheint das erste Bild als Vorschau.</translation>
    </message>
    <message>
        <source>A synthetic CT to try things on</source>
        <translation>Ein künstliches CT zum Ausprobieren</translation>
    </message>
    <message>
        <source>A synthetic CT: nobody&apos;s patient</source>
        <translation>Ein künstliches CT: niemandes Patient</translation>
    </message>
    <message>
        <source>A view or all four as PNG, as large as a poster needs it</source>
        <translation>Eine Ansicht oder alle vier als PNG, so groß, wie ein Poster es braucht</translation>
    </message>
    <message>
        <source>Abdomen</source>
        <translation>Abdomen</translation>
    </message>
    <message>
        <source>About flare-gui</source>
        <translation>Über flare-gui</translation>
    </message>
    <message>
        <source>About {time} on {where}, {memory} GB of memory</source>
        <translation>Etwa {time} auf {where}, {memory} GB Speicher</translation>
    </message>
    <message>
        <source>Agreement with the reference</source>
        <translation>Übereinstimmung mit der Referenz</translation>
    </message>
    <message>
        <source>All four views</source>
        <translation>Alle vier Ansichten</translation>
    </message>
    <message>
        <source>All slices at the scale of the one that is zoomed</source>
        <translation>Alle Schichten im Maßstab der gezoomten</translation>
    </message>
    <message>
        <source>All that there is in one folder, to hand on</source>
        <translation>Alles in einem Ordner, zum Weitergeben</translation>
    </message>
    <message>
        <source>All {count} cases were looked at</source>
        <translation>Alle {count} Fälle wurden angesehen</translation>
    </message>
    <message>
        <source>Allow to replace it, or choose another folder.</source>
        <translation>Das Ersetzen erlauben oder einen anderen Ordner wählen.</translation>
    </message>
    <message>
        <source>Also when a person has accepted or corrected them; a person&apos;s mask is kept beside</source>
        <translation>Auch wenn ein Mensch sie angenommen oder korrigiert hat; dessen Maske bleibt daneben erhalten</translation>
    </message>
    <message>
        <source>An earlier scan of the same patient can be shown beside the one that is open.</source>
        <translation>Eine frühere Aufnahme desselben Patienten kann neben der offenen gezeigt werden.</translation>
    </message>
    <message>
        <source>An export is being written</source>
        <translation>Ein Export wird gerade geschrieben</translation>
    </message>
    <message>
        <source>Any HU</source>
        <translation>Beliebige HU</translation>
    </message>
    <message>
        <source>Arrow keys move the crosshair, Page Up and Page Down scroll, + and - zoom</source>
        <translation>Pfeiltasten bewegen das Fadenkreuz, Bild auf und Bild ab blättern, + und - zoomen</translation>
    </message>
    <message>
        <source>As Shift and the wheel away from you</source>
        <translation>Wie Umschalt und Mausrad von sich weg</translation>
    </message>
    <message>
        <source>As Shift and the wheel towards you</source>
        <translation>Wie Umschalt und Mausrad zu sich hin</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Asks first when a correction is in no file</source>
        <translation>Fragt erst, wenn eine Korrektur in keiner Datei ist</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>Axial</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Hinten</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Background of the surfaces</source>
        <translation>Hintergrund der Oberflächen</translation>
    </message>
    <message>
        <source>Ball</source>
        <translation>Kugel</translation>
    </message>
    <message>
        <source>Between voxels it is interpolated; off, each voxel is a rectangle</source>
        <translation>Zwischen Voxeln wird interpoliert; aus: jedes Voxel ist ein Rechteck</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>Knochen</translation>
    </message>
    <message>
        <source>Both at the same place, with the change of each organ&apos;s volume</source>
        <translation>Beide an derselben Stelle, mit der Volumenänderung jedes Organs</translation>
    </message>
    <message>
        <source>Both kidneys</source>
        <translation>Beide Nieren</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Brush, eraser and strokes work on the {name}; a click on it does so, too</source>
        <translation>Pinsel, Radierer und Striche wirken auf: {name}; ein Klick darauf bewirkt dasselbe</translation>
    </message>
    <message>
        <source>CT in &amp;3D</source>
        <translation>CT in &amp;3D</translation>
    </message>
    <message>
        <source>CT: bones, vessels</source>
        <translation>CT: Knochen, Gefäße</translation>
    </message>
    <message>
        <source>CT: skin</source>
        <translation>CT: Haut</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancelled. What is done stays, and is kept next time</source>
        <translation>Abgebrochen. Was fertig ist, bleibt und wird beim nächsten Mal übernommen</translation>
    </message>
    <message>
        <source>Carries name, number, birth date and sex of the patient, as archives need them</source>
        <translation>Enthält Name, Nummer, Geburtsdatum und Geschlecht des Patienten, wie es Archive brauchen</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Cases at once</source>
        <translation>Fälle gleichzeitig</translation>
    </message>
    <message>
        <source>Cases that a person has accepted or corrected are kept all the same</source>
        <translation>Fälle, die ein Mensch angenommen oder korrigiert hat, bleiben trotzdem</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Changes the open scan only; the file stays as it is</source>
        <translation>Ändert nur die geöffnete Aufnahme; die Datei bleibt, wie sie ist</translation>
    </message>
    <message>
        <source>Choose a file and a format</source>
        <translation>Datei und Format wählen</translation>
    </message>
    <message>
        <source>Choose a folder for the files.</source>
        <translation>Bitte einen Ordner für die Dateien wählen.</translation>
    </message>
    <message>
        <source>Choose a folder of scans, and one for the results.</source>
        <translation>Bitte einen Ordner mit Aufnahmen und einen für die Ergebnisse wählen.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Bitte einen anderen Ordner wählen.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Click anywhere: all views go there</source>
        <translation>Irgendwohin klicken: Alle Ansichten gehen dorthin</translation>
    </message>
    <message>
        <source>Click on a part of an organ: its other parts go</source>
        <translation>Auf einen Teil eines Organs klicken: seine anderen Teile verschwinden</translation>
    </message>
    <message>
        <source>Click on the part of an organ that is to stay</source>
        <translation>Bitte auf den Teil eines Organs klicken, der bleiben soll</translation>
    </message>
    <message>
        <source>Click, drag</source>
        <translation>Klicken, Ziehen</translation>
    </message>
    <message>
        <source>Close every cavity of the chosen organ</source>
        <translation>Alle Hohlräume des gewählten Organs schließen</translation>
    </message>
    <message>
        <source>Close it</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close the earlier scan</source>
        <translation>Frühere Aufnahme schließen</translation>
    </message>
    <message>
        <source>Co&amp;hort…</source>
        <translation>&amp;Kohorte …</translation>
    </message>
    <message>
        <source>Cohort - flare-gui</source>
        <translation>Kohorte - flare-gui</translation>
    </message>
    <message>
        <source>Colour of the {name}</source>
        <translation>Farbe: {name}</translation>
    </message>
    <message>
        <source>Come back to it, with a note</source>
        <translation>Mit einer Notiz für später vormerken</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Compare with a mask</source>
        <translation>Mit einer Maske vergleichen</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Verlässlichkeit</translation>
    </message>
    <message>
        <source>Confidence: the {name} is expected to agree with an expert&apos;s to a Dice of {value}. {advice}</source>
        <translation>Verlässlichkeit ({name}): erwartete Übereinstimmung mit einem Experten, Dice {value}. {advice}</translation>
    </message>
    <message>
        <source>Contact &amp;sheet</source>
        <translation>Ü&amp;bersichtsblatt</translation>
    </message>
    <message>
        <source>Contours as DICOM RTSTRUCT, with the patient&apos;s name</source>
        <translation>Konturen als DICOM RTSTRUCT, mit Patientennamen</translation>
    </message>
    <message>
        <source>Copy the n&amp;ext slice</source>
        <translation>Nächste Schicht &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy the pre&amp;vious slice</source>
        <translation>&amp;Vorige Schicht kopieren</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>Koronal</translation>
    </message>
    <message>
        <source>Correct the {name}</source>
        <translation>Korrigieren: {name}</translation>
    </message>
    <message>
        <source>Corrected by hand: the network&apos;s confidence was about other voxels</source>
        <translation>Von Hand korrigiert: Die Verlässlichkeit des Netzes galt anderen Voxeln</translation>
    </message>
    <message>
        <source>Corrections cannot be kept against a crash in {folder} ({problem})</source>
        <translation>Korrekturen können in {folder} nicht gegen einen Absturz gesichert werden ({problem})</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Strg + Mausrad</translation>
    </message>
    <message>
        <source>Cut through all of its depth: {change}</source>
        <translation>Durch die ganze Tiefe geschnitten: {change}</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Demo scan</source>
        <translation>Demo-Aufnahme</translation>
    </message>
    <message>
        <source>Diameter of brush and eraser, also with [ and ] or Shift and the wheel</source>
        <translation>Durchmesser von Pinsel und Radierer, auch mit [ und ] oder Umschalt und Mausrad</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Dice on {cases}: {dice}</source>
        <translation>Dice auf {cases}: {dice}</translation>
    </message>
    <message>
        <source>Dice with your masks</source>
        <translation>Dice mit Ihren Masken</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Do not show these lines again</source>
        <translation>Diese Zeilen nicht mehr zeigen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Drag along one side to the corner, then click on the other side</source>
        <translation>Entlang einer Seite bis zum Scheitel ziehen, dann auf die andere Seite klicken</translation>
    </message>
    <message>
        <source>Drag from the middle: mean and SD of the HU within</source>
        <translation>Von der Mitte aus ziehen: Mittelwert und Standardabweichung der HU darin</translation>
    </message>
    <message>
        <source>Drag to go through the {name} slices; the wheel goes one by one</source>
        <translation>Ziehen geht durch die Schichten ({name}), das Mausrad eine nach der anderen</translation>
    </message>
    <message>
        <source>Drag to measure in mm</source>
        <translation>Ziehen misst in mm</translation>
    </message>
    <message>
        <source>Draw a line where the organ is, with the right button where it is not: all of it follows</source>
        <translation>Einen Strich ziehen, wo das Organ ist, mit der rechten Taste, wo es nicht ist: Das ganze Organ folgt</translation>
    </message>
    <message>
        <source>Draw around what does not belong to the organ, on a slice or in 3D: it goes, all through</source>
        <translation>Umfahren, was nicht zum Organ gehört, auf einer Schicht oder in 3D: Es verschwindet ganz hindurch</translation>
    </message>
    <message>
        <source>Draw the organ on a few slices of one plane: the others follow</source>
        <translation>Das Organ auf einigen Schichten einer Ebene zeichnen: Die anderen folgen</translation>
    </message>
    <message>
        <source>Drawing the first frame…</source>
        <translation>Das erste Bild wird gezeichnet …</translation>
    </message>
    <message>
        <source>Drop a CT of the abdomen here</source>
        <translation>CT des Abdomens hierher ziehen</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>Früher</translation>
    </message>
    <message>
        <source>Earlier scan</source>
        <translation>Frühere Aufnahme</translation>
    </message>
    <message>
        <source>Earlier: {name}</source>
        <translation>Früher: {name}</translation>
    </message>
    <message>
        <source>Earlier: {volume}</source>
        <translation>Früher: {volume}</translation>
    </message>
    <message>
        <source>Enter reviews the cases, from the chosen one on.</source>
        <translation>Eingabe sieht die Fälle durch, ab dem gewählten.</translation>
    </message>
    <message>
        <source>Every scan below a folder: volumes, failures, a contact sheet</source>
        <translation>Alle Aufnahmen unter einem Ordner: Volumina, Fehlschläge, Übersichtsblatt</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Export e&amp;verything…</source>
        <translation>Alles e&amp;xportieren …</translation>
    </message>
    <message>
        <source>Exported {written} to {folder}</source>
        <translation>{written} nach {folder} exportiert</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>F&amp;ilms</source>
        <translation>&amp;Filme</translation>
    </message>
    <message>
        <source>FLARE_GUI_NO_OPENGL is set.</source>
        <translation>FLARE_GUI_NO_OPENGL ist gesetzt.</translation>
    </message>
    <message>
        <source>Files that are complete stay.</source>
        <translation>Vollständige Dateien bleiben.</translation>
    </message>
    <message>
        <source>Fill &amp;holes in 3D</source>
        <translation>&amp;Löcher in 3D füllen</translation>
    </message>
    <message>
        <source>Fill between drawn &amp;slices</source>
        <translation>&amp;Zwischen gezeichneten Schichten füllen</translation>
    </message>
    <message>
        <source>Fill the gap by interpolation</source>
        <translation>Lücke durch Interpolation füllen</translation>
    </message>
    <message>
        <source>Fill the hole under the mouse on this slice</source>
        <translation>Das Loch unter der Maus auf dieser Schicht füllen</translation>
    </message>
    <message>
        <source>Find liver, kidneys and spleen, while you go on looking</source>
        <translation>Leber, Nieren und Milz finden, während man weiter schaut</translation>
    </message>
    <message>
        <source>Find the organs in the earlier scan, too</source>
        <translation>Die Organe auch in der früheren Aufnahme finden</translation>
    </message>
    <message>
        <source>Fly-through</source>
        <translation>Durchflug</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Folder for the results</source>
        <translation>Ordner für die Ergebnisse</translation>
    </message>
    <message>
        <source>Folder of scans</source>
        <translation>Ordner mit Aufnahmen</translation>
    </message>
    <message>
        <source>Folder to export to</source>
        <translation>Zielordner für den Export</translation>
    </message>
    <message>
        <source>For programs that expect DICOM&apos;s frame; otherwise RAS, as NIfTI has it</source>
        <translation>Für Programme, die das Koordinatensystem von DICOM erwarten; sonst RAS wie in NIfTI</translation>
    </message>
    <message>
        <source>For research and teaching. Not a medical device.</source>
        <translation>Für Forschung und Lehre. Kein Medizinprodukt.</translation>
    </message>
    <message>
        <source>For tables that stood apart: untick, find one landmark in both, press</source>
        <translation>Bei anders stehenden Tischen: abwählen, eine Landmarke in beiden suchen, drücken</translation>
    </message>
    <message>
        <source>Forget these</source>
        <translation>Diese vergessen</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Front</source>
        <translation>Vorn</translation>
    </message>
    <message>
        <source>Go &amp;back</source>
        <translation>&amp;Zurückgehen</translation>
    </message>
    <message>
        <source>Go to the {name} and correct it</source>
        <translation>Zu {name} gehen und korrigieren</translation>
    </message>
    <message>
        <source>HTML page</source>
        <translation>HTML-Seite</translation>
    </message>
    <message>
        <source>HU from, to</source>
        <translation>HU von, bis</translation>
    </message>
    <message>
        <source>HU in a &amp;circle</source>
        <translation>HU im &amp;Kreis</translation>
    </message>
    <message>
        <source>HU like its start</source>
        <translation>HU wie am Anfang</translation>
    </message>
    <message>
        <source>HU that the brush paints on</source>
        <translation>HU, auf die der Pinsel malt</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>Höhe</translation>
    </message>
    <message>
        <source>Here is the {other}: tick Over others to paint the {name} over it</source>
        <translation>Hier ist {other}: „Über andere“ ankreuzen, um {name} darüber zu malen</translation>
    </message>
    <message>
        <source>Hide organs and crosshair until pressed again, or as long as it is held</source>
        <translation>Organe und Fadenkreuz ausblenden, bis zum nächsten Druck oder solange gehalten</translation>
    </message>
    <message>
        <source>Highest HU</source>
        <translation>Höchste HU</translation>
    </message>
    <message>
        <source>How many cases</source>
        <translation>Wie viele Fälle</translation>
    </message>
    <message>
        <source>However deep the slices lie in it</source>
        <translation>Wie tief auch immer die Schichten darin liegen</translation>
    </message>
    <message>
        <source>I know</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>In LPS, as DICOM has it</source>
        <translation>In LPS wie in DICOM</translation>
    </message>
    <message>
        <source>Into the file that the mask has; one is asked for the first time</source>
        <translation>In die Datei der Maske; beim ersten Mal wird gefragt</translation>
    </message>
    <message>
        <source>Iterations; 0 keeps the steps of the voxels. The volume stays the mask&apos;s</source>
        <translation>Durchläufe; 0 behält die Stufen der Voxel. Das Volumen bleibt das der Maske</translation>
    </message>
    <message>
        <source>Its mask is shown here; open it by itself to correct it. A workspace keeps both.</source>
        <translation>Ihre Maske wird hier gezeigt; zum Korrigieren öffnen Sie sie für sich. Ein Arbeitsstand behält beide.</translation>
    </message>
    <message>
        <source>Keep the stroke</source>
        <translation>Strich behalten</translation>
    </message>
    <message>
        <source>Keyboard and mouse</source>
        <translation>Tastatur und Maus</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Label names and colours for 3D Slicer and ITK-SNAP</source>
        <translation>Namen und Farben der Label für 3D Slicer und ITK-SNAP</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>Größerer Pinsel</translation>
    </message>
    <message>
        <source>Learned from {learned} cases, measured on {held} others, in {minutes} minutes.</source>
        <translation>Aus {learned} Fällen gelernt, an {held} anderen gemessen, in {minutes} Minuten.</translation>
    </message>
    <message>
        <source>Leave the correction as it is; the next stroke does so, too</source>
        <translation>Die Korrektur so lassen; der nächste Strich tut das auch</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Left kidney</source>
        <translation>Linke Niere</translation>
    </message>
    <message>
        <source>Legend: organs and volumes</source>
        <translation>Legende: Organe und Volumina</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Lage</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Lines through the point that all views share</source>
        <translation>Linien durch den Punkt, den alle Ansichten gemeinsam haben</translation>
    </message>
    <message>
        <source>Liver</source>
        <translation>Leber</translation>
    </message>
    <message>
        <source>Liver, right kidney, spleen and left kidney in CT of the abdomen.</source>
        <translation>Leber, rechte Niere, Milz und linke Niere im CT des Abdomens.</translation>
    </message>
    <message>
        <source>Lock the {name}: no correction changes a locked organ</source>
        <translation>{name} sperren: Keine Korrektur ändert ein gesperrtes Organ</translation>
    </message>
    <message>
        <source>Look at every slice before you use it.</source>
        <translation>Vor der Verwendung jede Schicht ansehen.</translation>
    </message>
    <message>
        <source>Look at the cases in the order of the table, from the chosen one on (Enter)</source>
        <translation>Die Fälle in der Reihenfolge der Tabelle ansehen, ab dem gewählten (Eingabe)</translation>
    </message>
    <message>
        <source>Look from</source>
        <translation>Ansehen von</translation>
    </message>
    <message>
        <source>Look from the back</source>
        <translation>Ansicht von hinten</translation>
    </message>
    <message>
        <source>Look from the front</source>
        <translation>Ansicht von vorn</translation>
    </message>
    <message>
        <source>Look from the left</source>
        <translation>Ansicht von links</translation>
    </message>
    <message>
        <source>Look from the right</source>
        <translation>Ansicht von rechts</translation>
    </message>
    <message>
        <source>Look from the top</source>
        <translation>Ansicht von oben</translation>
    </message>
    <message>
        <source>Looking at the scan</source>
        <translation>Aufnahme wird betrachtet</translation>
    </message>
    <message>
        <source>Looking at what a run will take…</source>
        <translation>Der Aufwand wird geschätzt …</translation>
    </message>
    <message>
        <source>Looking for scans…</source>
        <translation>Aufnahmen werden gesucht …</translation>
    </message>
    <message>
        <source>Lowest HU</source>
        <translation>Niedrigste HU</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>Lunge</translation>
    </message>
    <message>
        <source>Main</source>
        <translation>Haupt</translation>
    </message>
    <message>
        <source>Make the correction again that was taken back</source>
        <translation>Die zurückgenommene Korrektur wieder machen</translation>
    </message>
    <message>
        <source>Making surfaces…</source>
        <translation>Oberflächen werden erzeugt …</translation>
    </message>
    <message>
        <source>Mask as .seg.nrrd for 3D Slicer</source>
        <translation>Maske als .seg.nrrd für 3D Slicer</translation>
    </message>
    <message>
        <source>Mask as DICOM SEG, with the patient&apos;s name</source>
        <translation>Maske als DICOM SEG, mit Patientennamen</translation>
    </message>
    <message>
        <source>Mask as MetaImage</source>
        <translation>Maske als MetaImage</translation>
    </message>
    <message>
        <source>Mask as NIfTI</source>
        <translation>Maske als NIfTI</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <source>Masks (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm);;All files (*)</source>
        <translation>Masken (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Masks of 0 and 1, in place of one mask with a number an organ</source>
        <translation>Masken aus 0 und 1 statt einer Maske mit einer Zahl je Organ</translation>
    </message>
    <message>
        <source>Masks, meshes, numbers, a film</source>
        <translation>Masken, Netze, Zahlen, ein Film</translation>
    </message>
    <message>
        <source>Mean attenuation</source>
        <translation>Mittlere Dichte</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Meshes</source>
        <translation>Netze</translation>
    </message>
    <message>
        <source>Meshes as GLB, all organs with colours</source>
        <translation>Netze als GLB, alle Organe mit Farben</translation>
    </message>
    <message>
        <source>Meshes as OBJ, all organs with colours</source>
        <translation>Netze als OBJ, alle Organe mit Farben</translation>
    </message>
    <message>
        <source>Meshes as PLY, one file an organ</source>
        <translation>Netze als PLY, eine Datei je Organ</translation>
    </message>
    <message>
        <source>Meshes as STL, one file an organ</source>
        <translation>Netze als STL, eine Datei je Organ</translation>
    </message>
    <message>
        <source>MetaImage mask</source>
        <translation>MetaImage-Maske</translation>
    </message>
    <message>
        <source>Middle drag, Shift + drag</source>
        <translation>Mittlere Taste ziehen, Umschalt + Ziehen</translation>
    </message>
    <message>
        <source>Move the crosshair, or use the tool</source>
        <translation>Fadenkreuz bewegen oder Werkzeug anwenden</translation>
    </message>
    <message>
        <source>Moving or zooming one scan moves and zooms the other</source>
        <translation>Bewegen und Zoomen der einen bewegt und zoomt auch die andere</translation>
    </message>
    <message>
        <source>NIfTI mask</source>
        <translation>NIfTI-Maske</translation>
    </message>
    <message>
        <source>NIfTI, NRRD, MetaImage, a DICOM folder, one of its slices, or a zip</source>
        <translation>NIfTI, NRRD, MetaImage, ein DICOM-Ordner, eine seiner Schichten oder eine ZIP-Datei</translation>
    </message>
    <message>
        <source>NIfTI: one file an organ</source>
        <translation>NIfTI: eine Datei je Organ</translation>
    </message>
    <message>
        <source>NSD</source>
        <translation>NSD</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name or note</source>
        <translation>Name oder Notiz</translation>
    </message>
    <message>
        <source>Names, volumes and scale bar</source>
        <translation>Namen, Volumina und Maßstab</translation>
    </message>
    <message>
        <source>Needs a scan that was opened from DICOM</source>
        <translation>Braucht eine Aufnahme, die aus DICOM geöffnet wurde</translation>
    </message>
    <message>
        <source>Needs the package highdicom: pip install &quot;flare-gui[dicom]&quot;</source>
        <translation>Braucht das Paket highdicom: pip install &quot;flare-gui[dicom]&quot;</translation>
    </message>
    <message>
        <source>No CT</source>
        <translation>Kein CT</translation>
    </message>
    <message>
        <source>No organ</source>
        <translation>Kein Organ</translation>
    </message>
    <message>
        <source>No organs yet. Segment the scan, open a mask, or draw with the brush.</source>
        <translation>Noch keine Organe. Aufnahme segmentieren, Maske öffnen oder mit dem Pinsel zeichnen.</translation>
    </message>
    <message>
        <source>No picture of the CT is in the page: the organs&apos; surfaces and their numbers alone.</source>
        <translation>Die Seite enthält kein Bild des CT: nur die Oberflächen der Organe und ihre Zahlen.</translation>
    </message>
    <message>
        <source>No voxel carries this label</source>
        <translation>Kein Voxel trägt dieses Label</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Not used</source>
        <translation>Nicht verwendet</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Nothing changes{where}: the {organ} is so already, or it is locked</source>
        <translation>Nichts ändert sich{where} ({organ}): schon so oder gesperrt</translation>
    </message>
    <message>
        <source>Nothing is cut: draw around a part of the {name} that is not locked</source>
        <translation>Nichts wird entfernt: Bitte einen Teil umfahren, der nicht gesperrt ist ({name})</translation>
    </message>
    <message>
        <source>Nothing is ticked: choose at least one file or film.</source>
        <translation>Nichts ist angekreuzt: Bitte mindestens eine Datei oder einen Film wählen.</translation>
    </message>
    <message>
        <source>Nothing was corrected: Y accepts the mask as it is</source>
        <translation>Nichts wurde korrigiert: Y nimmt die Maske an, wie sie ist</translation>
    </message>
    <message>
        <source>Nothing was painted: the {name} is there already, or the brush was outside of the scan</source>
        <translation>Nichts wurde gemalt: {name} ist schon da, oder der Pinsel war außerhalb der Aufnahme</translation>
    </message>
    <message>
        <source>Nothing was painted: under the brush is {name} already, or nothing from {low} to {high} HU</source>
        <translation>Nichts wurde gemalt: Unter dem Pinsel ist schon {name} oder nichts von {low} bis {high} HU</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Now less earlier, in ml and in per cent of the earlier volume</source>
        <translation>Jetzt minus früher, in ml und in Prozent des früheren Volumens</translation>
    </message>
    <message>
        <source>Now: {volume}</source>
        <translation>Jetzt: {volume}</translation>
    </message>
    <message>
        <source>Numbers as CSV</source>
        <translation>Zahlen als CSV</translation>
    </message>
    <message>
        <source>Numbers as JSON</source>
        <translation>Zahlen als JSON</translation>
    </message>
    <message>
        <source>Numbers of the FLARE22 challenge</source>
        <translation>Labelnummern der FLARE22-Challenge</translation>
    </message>
    <message>
        <source>One HTML page shows this result in any browser, on a phone too, without a network.</source>
        <translation>Eine HTML-Seite zeigt dieses Ergebnis in jedem Browser, auch auf dem Telefon, ohne Netz.</translation>
    </message>
    <message>
        <source>One file to go on with later: mask, strokes, measurements and view</source>
        <translation>Eine Datei, um später weiterzumachen: Maske, Striche, Messungen und Ansicht</translation>
    </message>
    <message>
        <source>One page that opens in any browser</source>
        <translation>Eine Seite, die sich in jedem Browser öffnet</translation>
    </message>
    <message>
        <source>One view alone, and back</source>
        <translation>Eine Ansicht allein und zurück</translation>
    </message>
    <message>
        <source>One voxel</source>
        <translation>Ein Voxel</translation>
    </message>
    <message>
        <source>Opacity of the {name}</source>
        <translation>Deckkraft: {name}</translation>
    </message>
    <message>
        <source>Opacity of the {name} on the slices and in 3D</source>
        <translation>Deckkraft auf den Schichten und in 3D: {name}</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>&amp;Ordner öffnen …</translation>
    </message>
    <message>
        <source>Open &amp;mask…</source>
        <translation>&amp;Maske öffnen …</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Open DICOM folder…</source>
        <translation>DICOM-Ordner öffnen …</translation>
    </message>
    <message>
        <source>Open a folder</source>
        <translation>Einen Ordner öffnen</translation>
    </message>
    <message>
        <source>Open a mask</source>
        <translation>Eine Maske öffnen</translation>
    </message>
    <message>
        <source>Open a scan</source>
        <translation>Eine Aufnahme öffnen</translation>
    </message>
    <message>
        <source>Open a second mask: Dice, NSD, differences</source>
        <translation>Eine zweite Maske öffnen: Dice, NSD, Unterschiede</translation>
    </message>
    <message>
        <source>Open an &amp;earlier scan beside…</source>
        <translation>F&amp;rühere Aufnahme daneben öffnen …</translation>
    </message>
    <message>
        <source>Open an ea&amp;rlier folder beside…</source>
        <translation>Früheren O&amp;rdner daneben öffnen …</translation>
    </message>
    <message>
        <source>Open an earlier scan</source>
        <translation>Frühere Aufnahme öffnen</translation>
    </message>
    <message>
        <source>Open an earlier scan&apos;s folder</source>
        <translation>Ordner einer früheren Aufnahme öffnen</translation>
    </message>
    <message>
        <source>Open and restore</source>
        <translation>Öffnen und wiederherstellen</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open it instead</source>
        <translation>Stattdessen öffnen</translation>
    </message>
    <message>
        <source>Open its mask…</source>
        <translation>Ihre Maske öffnen …</translation>
    </message>
    <message>
        <source>Open scan…</source>
        <translation>Aufnahme öffnen …</translation>
    </message>
    <message>
        <source>Open the &amp;demo scan</source>
        <translation>&amp;Demo-Aufnahme öffnen</translation>
    </message>
    <message>
        <source>Open the earlier scan&apos;s mask</source>
        <translation>Maske der früheren Aufnahme öffnen</translation>
    </message>
    <message>
        <source>OpenGL {version} is too old, 3.2 is needed.</source>
        <translation>OpenGL {version} ist zu alt, 3.2 wird gebraucht.</translation>
    </message>
    <message>
        <source>Organ</source>
        <translation>Organ</translation>
    </message>
    <message>
        <source>Organ of value {key}</source>
        <translation>Organ zum Wert {key}</translation>
    </message>
    <message>
        <source>Organ to correct</source>
        <translation>Zu korrigierendes Organ</translation>
    </message>
    <message>
        <source>Organs</source>
        <translation>Organe</translation>
    </message>
    <message>
        <source>Organs as outlines instead of filled</source>
        <translation>Organe als Konturen statt gefüllt</translation>
    </message>
    <message>
        <source>Otherwise those near the organs</source>
        <translation>Sonst die bei den Organen</translation>
    </message>
    <message>
        <source>Over others</source>
        <translation>Über andere</translation>
    </message>
    <message>
        <source>PNG picture</source>
        <translation>PNG-Bild</translation>
    </message>
    <message>
        <source>Paint over other organs, not only over background</source>
        <translation>Auch über andere Organe malen, nicht nur über den Hintergrund</translation>
    </message>
    <message>
        <source>Paint the chosen organ; the right button erases it</source>
        <translation>Das gewählte Organ malen; die rechte Taste radiert es</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Panels, tools and views where they were at first</source>
        <translation>Bereiche, Leisten und Ansichten wie am Anfang</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Pictures as PNG, each view and all four</source>
        <translation>Bilder als PNG, jede Ansicht und alle vier</translation>
    </message>
    <message>
        <source>Planning</source>
        <translation>Planen</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Qt&apos;s {name} platform has no OpenGL.</source>
        <translation>Die Qt-Plattform {name} hat kein OpenGL.</translation>
    </message>
    <message>
        <source>Re&amp;view</source>
        <translation>D&amp;urchsicht</translation>
    </message>
    <message>
        <source>Reach through the neighbouring slices, as a ball</source>
        <translation>Als Kugel in die Nachbarschichten reichen</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Reduction</source>
        <translation>Verkleinerung</translation>
    </message>
    <message>
        <source>Remove &amp;islands</source>
        <translation>&amp;Inseln entfernen</translation>
    </message>
    <message>
        <source>Remove the chosen organ; hold Shift for any other</source>
        <translation>Das gewählte Organ entfernen; Umschalt für jedes andere</translation>
    </message>
    <message>
        <source>Remove the last &amp;measurement</source>
        <translation>Letzte &amp;Messung entfernen</translation>
    </message>
    <message>
        <source>Remove this stroke</source>
        <translation>Diesen Strich entfernen</translation>
    </message>
    <message>
        <source>Repaired here; the file was not changed</source>
        <translation>Hier repariert; die Datei wurde nicht geändert</translation>
    </message>
    <message>
        <source>Replace files that are there already</source>
        <translation>Vorhandene Dateien ersetzen</translation>
    </message>
    <message>
        <source>Replace results of other settings</source>
        <translation>Ergebnisse anderer Einstellungen ersetzen</translation>
    </message>
    <message>
        <source>Report as PDF</source>
        <translation>Bericht als PDF</translation>
    </message>
    <message>
        <source>Report as PDF, for those who cannot open HTML</source>
        <translation>Bericht als PDF, wo sich HTML nicht öffnen lässt</translation>
    </message>
    <message>
        <source>Report as one HTML page</source>
        <translation>Bericht als eine HTML-Seite</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Durchsicht</translation>
    </message>
    <message>
        <source>Reviewer</source>
        <translation>Befunder</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>Right drag</source>
        <translation>Rechte Taste ziehen</translation>
    </message>
    <message>
        <source>Right kidney</source>
        <translation>Rechte Niere</translation>
    </message>
    <message>
        <source>Runs beside the window: scroll, measure and correct meanwhile</source>
        <translation>Läuft neben dem Fenster: inzwischen blättern, messen und korrigieren</translation>
    </message>
    <message>
        <source>S&amp;hare…</source>
        <translation>&amp;Teilen …</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>&amp;Zeigen</translation>
    </message>
    <message>
        <source>S&amp;mooth the organ</source>
        <translation>Organ &amp;glätten</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>Sagittal</translation>
    </message>
    <message>
        <source>Same place and zoom in both</source>
        <translation>Gleiche Stelle und gleicher Zoom</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Save &amp;picture…</source>
        <translation>B&amp;ild speichern …</translation>
    </message>
    <message>
        <source>Save &amp;workspace…</source>
        <translation>A&amp;rbeitsstand speichern …</translation>
    </message>
    <message>
        <source>Save a picture</source>
        <translation>Ein Bild speichern</translation>
    </message>
    <message>
        <source>Save co&amp;rrection</source>
        <translation>Korrektur &amp;speichern</translation>
    </message>
    <message>
        <source>Save its mask…</source>
        <translation>Ihre Maske speichern …</translation>
    </message>
    <message>
        <source>Save mask &amp;as…</source>
        <translation>Maske speichern &amp;unter …</translation>
    </message>
    <message>
        <source>Save the mask</source>
        <translation>Maske speichern</translation>
    </message>
    <message>
        <source>Save the mask now and then.</source>
        <translation>Bitte die Maske ab und zu speichern.</translation>
    </message>
    <message>
        <source>Save the page</source>
        <translation>Seite speichern</translation>
    </message>
    <message>
        <source>Save the page…</source>
        <translation>Seite speichern …</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>Save the workspace</source>
        <translation>Arbeitsstand speichern</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name} gespeichert</translation>
    </message>
    <message>
        <source>Saved {name}: it opens in any browser</source>
        <translation>{name} gespeichert: öffnet sich in jedem Browser</translation>
    </message>
    <message>
        <source>Scan</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Scans</source>
        <translation>Aufnahmen</translation>
    </message>
    <message>
        <source>Scans and workspaces (*.nii *.nii.gz *.hdr *.img *.nrrd *.nhdr *.mha *.mhd *.zip *.dcm *.flare);;All files (*)</source>
        <translation>Aufnahmen und Arbeitsstände (*.nii *.nii.gz *.hdr *.img *.nrrd *.nhdr *.mha *.mhd *.zip *.dcm *.flare);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Scans that have a mask beside them are shown with that</source>
        <translation>Aufnahmen mit einer Maske daneben werden mit dieser gezeigt</translation>
    </message>
    <message>
        <source>Scroll through the slices</source>
        <translation>Durch die Schichten blättern</translation>
    </message>
    <message>
        <source>Se&amp;gment</source>
        <translation>Se&amp;gmentieren</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>Segment a &amp;folder…</source>
        <translation>Einen &amp;Ordner segmentieren …</translation>
    </message>
    <message>
        <source>Segment every scan when it opens</source>
        <translation>Jede Aufnahme beim Öffnen segmentieren</translation>
    </message>
    <message>
        <source>Segment it</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>Segment the organs</source>
        <translation>Organe segmentieren</translation>
    </message>
    <message>
        <source>Segment with the weights from before again</source>
        <translation>Wieder mit den Gewichten von vorher segmentieren</translation>
    </message>
    <message>
        <source>Segment {which} anew</source>
        <translation>{which} neu segmentieren</translation>
    </message>
    <message>
        <source>Segmentation for 3D Slicer</source>
        <translation>Segmentierung für 3D Slicer</translation>
    </message>
    <message>
        <source>Segmented in {seconds} s on {device}</source>
        <translation>In {seconds} s auf {device} segmentiert</translation>
    </message>
    <message>
        <source>Segmenting</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>Segmenting the earlier scan</source>
        <translation>Segmentieren der früheren Aufnahme</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>Settings, recent files and a copy of corrections in case of a crash cannot be kept: {folder} cannot be written to{why}. Everything else works. Save masks and workspaces elsewhere.</source>
        <translation>Einstellungen, zuletzt geöffnete Dateien und eine Kopie der Korrekturen für den Fall eines Absturzes können nicht aufbewahrt werden: {folder} ist nicht beschreibbar{why}. Alles andere geht. Masken und Arbeitsstände bitte anderswo speichern.</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Teilen</translation>
    </message>
    <message>
        <source>Share of both surfaces that lie within FLARE22&apos;s tolerance of the other</source>
        <translation>Anteil beider Oberflächen, der innerhalb der FLARE22-Toleranz zur anderen liegt</translation>
    </message>
    <message>
        <source>Share of the triangles to leave out, for smaller files</source>
        <translation>Anteil der Dreiecke, die wegfallen, für kleinere Dateien</translation>
    </message>
    <message>
        <source>Sharing</source>
        <translation>Teilen</translation>
    </message>
    <message>
        <source>Shift + move</source>
        <translation>Umschalt + Bewegen</translation>
    </message>
    <message>
        <source>Shift + wheel</source>
        <translation>Umschalt + Mausrad</translation>
    </message>
    <message>
        <source>Show it beside</source>
        <translation>Daneben zeigen</translation>
    </message>
    <message>
        <source>Show one scan alone</source>
        <translation>Eine Aufnahme allein zeigen</translation>
    </message>
    <message>
        <source>Show or hide the {name}</source>
        <translation>Ein- oder ausblenden: {name}</translation>
    </message>
    <message>
        <source>Show the files that were written</source>
        <translation>Die geschriebenen Dateien zeigen</translation>
    </message>
    <message>
        <source>Show the open scan alone again</source>
        <translation>Die offene Aufnahme wieder allein zeigen</translation>
    </message>
    <message>
        <source>Show the patient&apos;s outside as a faint shell</source>
        <translation>Das Äußere des Patienten als zarte Hülle zeigen</translation>
    </message>
    <message>
        <source>Show the scan itself in 3D: the skin, or bones and bright vessels</source>
        <translation>Die Aufnahme selbst in 3D zeigen: die Haut oder Knochen und helle Gefäße</translation>
    </message>
    <message>
        <source>Show the three slices where the crosshair is</source>
        <translation>Die drei Schichten am Fadenkreuz zeigen</translation>
    </message>
    <message>
        <source>Show the whole slices, and all organs in 3D, again</source>
        <translation>Wieder die ganzen Schichten und in 3D alle Organe zeigen</translation>
    </message>
    <message>
        <source>Show where they differ</source>
        <translation>Unterschiede zeigen</translation>
    </message>
    <message>
        <source>Shrin&amp;k by 1 mm</source>
        <translation>Um 1 mm ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Size of brush and eraser</source>
        <translation>Größe von Pinsel und Radierer</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>Größe des Pinsels</translation>
    </message>
    <message>
        <source>Skin</source>
        <translation>Haut</translation>
    </message>
    <message>
        <source>Slice &amp;thickness</source>
        <translation>Schicht&amp;dicke</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Slices and surfaces side by side</source>
        <translation>Schichten und Oberflächen nebeneinander</translation>
    </message>
    <message>
        <source>Slices of the whole scan</source>
        <translation>Schichten der ganzen Aufnahme</translation>
    </message>
    <message>
        <source>Slices with the organs over them, surfaces, numbers</source>
        <translation>Schichten mit den Organen darüber, Oberflächen, Zahlen</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>Glättung</translation>
    </message>
    <message>
        <source>Soft tissue</source>
        <translation>Weichteil</translation>
    </message>
    <message>
        <source>Spacing (mm)</source>
        <translation>Abstand (mm)</translation>
    </message>
    <message>
        <source>Spleen</source>
        <translation>Milz</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Still look at it: this is an estimate.</source>
        <translation>Trotzdem ansehen: Das ist eine Schätzung.</translation>
    </message>
    <message>
        <source>Stop and leave everything as it was (Esc)</source>
        <translation>Anhalten und alles lassen, wie es war (Esc)</translation>
    </message>
    <message>
        <source>Stop what is running</source>
        <translation>Anhalten, was gerade läuft</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Strokes</source>
        <translation>Striche</translation>
    </message>
    <message>
        <source>Surfaces and numbers alone, without the CT</source>
        <translation>Nur Oberflächen und Zahlen, ohne das CT</translation>
    </message>
    <message>
        <source>Surfaces appear here once there are organs.</source>
        <translation>Hier erscheinen Oberflächen, sobald es Organe gibt.</translation>
    </message>
    <message>
        <source>Sweep through the slices</source>
        <translation>Fahrt durch die Schichten</translation>
    </message>
    <message>
        <source>Synthetic patients</source>
        <translation>Künstliche Patienten</translation>
    </message>
    <message>
        <source>Take fine thorns and notches off its surface; can be repeated</source>
        <translation>Feine Zacken und Kerben der Oberfläche entfernen; kann wiederholt werden</translation>
    </message>
    <message>
        <source>Take the last correction back, and then the one before: 50 at least</source>
        <translation>Die letzte Korrektur zurücknehmen, dann die davor: mindestens 50</translation>
    </message>
    <message>
        <source>Take the stroke back</source>
        <translation>Strich zurücknehmen</translation>
    </message>
    <message>
        <source>Teach the network</source>
        <translation>Das Netz anlernen</translation>
    </message>
    <message>
        <source>That line goes around nothing: draw it on, all the way around</source>
        <translation>Diese Linie umfährt nichts: weiter ziehen, ganz herum</translation>
    </message>
    <message>
        <source>The HU from black to white</source>
        <translation>Die HU von Schwarz bis Weiß</translation>
    </message>
    <message>
        <source>The HU that is drawn in medium grey</source>
        <translation>Die HU, die mittelgrau gezeichnet werden</translation>
    </message>
    <message>
        <source>The axial slice large, the others beside it</source>
        <translation>Die axiale Schicht groß, die anderen daneben</translation>
    </message>
    <message>
        <source>The brush begins outside of the scan: there is no HU to go by</source>
        <translation>Der Pinsel beginnt außerhalb der Aufnahme: Dort gibt es keine HU als Maß</translation>
    </message>
    <message>
        <source>The case above in the table</source>
        <translation>Der Fall darüber in der Tabelle</translation>
    </message>
    <message>
        <source>The case below in the table; undecided ones stay open</source>
        <translation>Der Fall darunter in der Tabelle; unentschiedene bleiben offen</translation>
    </message>
    <message>
        <source>The case stays open</source>
        <translation>Der Fall bleibt offen</translation>
    </message>
    <message>
        <source>The chosen organ larger by 1 mm to all sides</source>
        <translation>Das gewählte Organ nach allen Seiten um 1 mm größer</translation>
    </message>
    <message>
        <source>The chosen organ smaller by 1 mm from all sides</source>
        <translation>Das gewählte Organ von allen Seiten um 1 mm kleiner</translation>
    </message>
    <message>
        <source>The corrected mask becomes the case&apos;s own; the network&apos;s stays beside it</source>
        <translation>Die korrigierte Maske wird die des Falls; die des Netzes bleibt daneben</translation>
    </message>
    <message>
        <source>The corrections are back. Save them to keep them.</source>
        <translation>Die Korrekturen sind wieder da. Speichern bewahrt sie.</translation>
    </message>
    <message>
        <source>The crosshair follows the mouse, with any tool</source>
        <translation>Das Fadenkreuz folgt der Maus, mit jedem Werkzeug</translation>
    </message>
    <message>
        <source>The distance, angle or circle that was drawn last</source>
        <translation>Die zuletzt gezeichnete Distanz, der Winkel oder Kreis</translation>
    </message>
    <message>
        <source>The earlier scan beside it cannot be shown: {reason}</source>
        <translation>Die frühere Aufnahme daneben lässt sich nicht zeigen: {reason}</translation>
    </message>
    <message>
        <source>The eraser takes the {chosen} only, and here is the {spared}: choose that one, or hold Shift for all</source>
        <translation>Der Radierer nimmt nur {chosen}, und hier ist {spared}: dieses Organ wählen oder Umschalt halten für alle</translation>
    </message>
    <message>
        <source>The language changes with the next start</source>
        <translation>Die Sprache wechselt beim nächsten Start</translation>
    </message>
    <message>
        <source>The largest part of the chosen organ stays alone</source>
        <translation>Nur der größte Teil des gewählten Organs bleibt</translation>
    </message>
    <message>
        <source>The left kidney is 13 there, and 4 here</source>
        <translation>Die linke Niere ist dort 13 und hier 4</translation>
    </message>
    <message>
        <source>The lowest Dice to expect of the organs that the network drew</source>
        <translation>Der niedrigste zu erwartende Dice der Organe, die das Netz gezeichnet hat</translation>
    </message>
    <message>
        <source>The mask as it was before the last stroke</source>
        <translation>Die Maske wie vor dem letzten Strich</translation>
    </message>
    <message>
        <source>The mask has changes that no file has. Save them?</source>
        <translation>Die Maske hat Änderungen, die in keiner Datei sind. Speichern?</translation>
    </message>
    <message>
        <source>The mask has corrections: R saves them as the case&apos;s own, Ctrl+Z takes them back</source>
        <translation>Die Maske hat Korrekturen: R speichert sie als Maske des Falls, Strg+Z nimmt sie zurück</translation>
    </message>
    <message>
        <source>The mask is right: go on</source>
        <translation>Die Maske stimmt: weiter</translation>
    </message>
    <message>
        <source>The mask was corrected since. Scores are being worked out again.</source>
        <translation>Die Maske wurde seither korrigiert. Die Werte werden neu berechnet.</translation>
    </message>
    <message>
        <source>The network in use goes on learning from the cases that you accepted or corrected. A third of them is held out, to measure it on what it did not see; half of what it sees are synthetic patients, so that it forgets nothing. It takes minutes to an hour on a CPU, beside other work. Everything stays on this computer.</source>
        <translation>Das verwendete Netz lernt aus den Fällen weiter, die Sie angenommen oder korrigiert haben. Ein Drittel davon wird zurückgehalten, um es an Ungesehenem zu messen; die Hälfte dessen, was es sieht, sind künstliche Patienten, damit es nichts vergisst. Das dauert auf einer CPU Minuten bis eine Stunde, neben anderer Arbeit. Alles bleibt auf diesem Computer.</translation>
    </message>
    <message>
        <source>The network learns from the cases that a person accepted or corrected</source>
        <translation>Das Netz lernt aus den Fällen, die ein Mensch angenommen oder korrigiert hat</translation>
    </message>
    <message>
        <source>The network looks at the scan once; strokes can be drawn meanwhile</source>
        <translation>Das Netz betrachtet einmal die Aufnahme; Striche können schon gezogen werden</translation>
    </message>
    <message>
        <source>The network that comes with the program</source>
        <translation>Das Netz, das mit dem Programm kommt</translation>
    </message>
    <message>
        <source>The new weights are in use: segment again, or correct the next case with them.</source>
        <translation>Die neuen Gewichte sind in Verwendung: neu segmentieren oder den nächsten Fall damit korrigieren.</translation>
    </message>
    <message>
        <source>The new weights are {offer}: {reason}.</source>
        <translation>Die neuen Gewichte sind {offer}: {reason}.</translation>
    </message>
    <message>
        <source>The organ here as on the next slice of the plane that was touched last</source>
        <translation>Das Organ hier wie auf der nächsten Schicht der zuletzt berührten Ebene</translation>
    </message>
    <message>
        <source>The organ here as on the slice before, on the plane touched last</source>
        <translation>Das Organ hier wie auf der vorigen Schicht der zuletzt berührten Ebene</translation>
    </message>
    <message>
        <source>The organ that teach, brush, eraser and fill work on</source>
        <translation>Das Organ, auf das Anlernen, Pinsel, Radierer und Füllen wirken</translation>
    </message>
    <message>
        <source>The pictures of the CT leave this computer with the page, and whoever has it can look at them. No name, date or file name is in it; but a body, and what is rare in it, may be known from the pictures alone.</source>
        <translation>Die Bilder des CT verlassen mit der Seite diesen Computer, und wer sie hat, kann sie ansehen. Kein Name, Datum oder Dateiname ist darin; doch ein Körper, und was selten an ihm ist, kann schon an den Bildern erkannt werden.</translation>
    </message>
    <message>
        <source>The same, from a DICOM folder</source>
        <translation>Dasselbe aus einem DICOM-Ordner</translation>
    </message>
    <message>
        <source>The scan could not be repaired</source>
        <translation>Die Aufnahme konnte nicht repariert werden</translation>
    </message>
    <message>
        <source>The scan ends inside the {organ}: what is missing there is no change of the patient</source>
        <translation>Die Aufnahme endet darin ({organ}): Was dort fehlt, ist keine Änderung des Patienten</translation>
    </message>
    <message>
        <source>The scan ends inside this organ: its volume is that of a part</source>
        <translation>Die Aufnahme endet in diesem Organ: Das Volumen ist das eines Teils</translation>
    </message>
    <message>
        <source>The table of all cases, to review them</source>
        <translation>Die Tabelle aller Fälle zum Durchsehen</translation>
    </message>
    <message>
        <source>The trainer cannot be started: {command}</source>
        <translation>Der Trainer kann nicht gestartet werden: {command}</translation>
    </message>
    <message>
        <source>The two scans have no place in common: their tables stood elsewhere. They are shown middle on middle. Untick “Same place and zoom”, find one landmark in both, then press “This is the same place”.</source>
        <translation>Die beiden Aufnahmen haben keinen Ort gemeinsam: Ihre Tische standen anders. Sie werden Mitte auf Mitte gezeigt. „Gleiche Stelle und gleicher Zoom“ abwählen, eine Landmarke in beiden suchen, dann „Das ist dieselbe Stelle“ drücken.</translation>
    </message>
    <message>
        <source>The weights from before are in use.</source>
        <translation>Die Gewichte von vorher sind in Verwendung.</translation>
    </message>
    <message>
        <source>The {closed} is locked: open the lock beside its eye to correct it</source>
        <translation>{closed} ist gesperrt: zum Korrigieren das Schloss neben dem Auge öffnen</translation>
    </message>
    <message>
        <source>The {name} is in one piece already: there is no other part to remove</source>
        <translation>Schon aus einem Stück ({name}): Es gibt keinen anderen Teil zu entfernen</translation>
    </message>
    <message>
        <source>The {name} is locked: open the lock beside its eye to correct it</source>
        <translation>{name} ist gesperrt: zum Korrigieren das Schloss neben dem Auge öffnen</translation>
    </message>
    <message>
        <source>The {name} is not in the mask</source>
        <translation>Nicht in der Maske: {name}</translation>
    </message>
    <message>
        <source>The {name} view in the whole middle; the same again shows all four</source>
        <translation>Die Ansicht {name} in der ganzen Mitte; noch einmal zeigt alle vier</translation>
    </message>
    <message>
        <source>There is no mask to export any more.</source>
        <translation>Es gibt keine Maske mehr zu exportieren.</translation>
    </message>
    <message>
        <source>There is no mask yet: segment the scan, or draw</source>
        <translation>Noch keine Maske: Aufnahme segmentieren oder zeichnen</translation>
    </message>
    <message>
        <source>There is nothing of the {organ} to go by{where}</source>
        <translation>Es gibt nichts, wonach man sich richten könnte{where}: {organ}</translation>
    </message>
    <message>
        <source>There is nothing to fill here: the {name} does not enclose this point</source>
        <translation>Hier gibt es nichts zu füllen: {name} umschließt diesen Punkt nicht</translation>
    </message>
    <message>
        <source>There may be too little memory; choose a smaller size.</source>
        <translation>Vielleicht reicht der Speicher nicht; bitte eine kleinere Größe wählen.</translation>
    </message>
    <message>
        <source>This is a fault in flare-gui: {error}.</source>
        <translation>Das ist ein Fehler in flare-gui: {error}.</translation>
    </message>
    <message>
        <source>This is the first case</source>
        <translation>Das ist der erste Fall</translation>
    </message>
    <message>
        <source>This is the same place</source>
        <translation>Das ist dieselbe Stelle</translation>
    </message>
    <message>
        <source>This needs more memory than {memory}. Close other programs or crop the scan.</source>
        <translation>Das braucht mehr Speicher als {memory}. Andere Programme schließen oder die Aufnahme zuschneiden.</translation>
    </message>
    <message>
        <source>This stroke changes nothing: the mask has it so, or it is locked, or air, or bone</source>
        <translation>Dieser Strich ändert nichts: Die Maske hat es schon so, oder es ist gesperrt, Luft oder Knochen</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>Oben</translation>
    </message>
    <message>
        <source>Trained on: {sources}</source>
        <translation>Trainiert mit: {sources}</translation>
    </message>
    <message>
        <source>Transparent</source>
        <translation>Durchsichtig</translation>
    </message>
    <message>
        <source>Try the demo scan</source>
        <translation>Demo-Aufnahme ausprobieren</translation>
    </message>
    <message>
        <source>Turn to a side of the patient, and fit what there is</source>
        <translation>Zu einer Seite des Patienten drehen und alles Vorhandene einpassen</translation>
    </message>
    <message>
        <source>Turntable of the surfaces</source>
        <translation>Drehung der Oberflächen</translation>
    </message>
    <message>
        <source>Twice the common volume over the sum of both: 1 is equal</source>
        <translation>Das doppelte gemeinsame Volumen durch die Summe beider: 1 ist gleich</translation>
    </message>
    <message>
        <source>Under the mouse</source>
        <translation>Unter der Maus</translation>
    </message>
    <message>
        <source>Use &amp;other weights…</source>
        <translation>&amp;Andere Gewichte verwenden …</translation>
    </message>
    <message>
        <source>Use a mask of the earlier scan that a file has</source>
        <translation>Eine Maske der früheren Aufnahme aus einer Datei verwenden</translation>
    </message>
    <message>
        <source>Use a mask of this or another program</source>
        <translation>Eine Maske dieses oder eines anderen Programms verwenden</translation>
    </message>
    <message>
        <source>Use the shipped &amp;weights</source>
        <translation>&amp;Mitgelieferte Gewichte verwenden</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Versions, model card, what it is not</source>
        <translation>Versionen, Modell-Steckbrief, was es nicht ist</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>Volume (ml)</source>
        <translation>Volumen (ml)</translation>
    </message>
    <message>
        <source>Volumes now and earlier</source>
        <translation>Volumina jetzt und früher</translation>
    </message>
    <message>
        <source>Voxels that one mask has and the other has not, in two colours</source>
        <translation>Voxel, die nur eine der beiden Masken hat, in zwei Farben</translation>
    </message>
    <message>
        <source>Weights (*.safetensors)</source>
        <translation>Gewichte (*.safetensors)</translation>
    </message>
    <message>
        <source>Weights to segment with</source>
        <translation>Gewichte zum Segmentieren</translation>
    </message>
    <message>
        <source>Weights: shipped with the program</source>
        <translation>Gewichte: mit dem Programm geliefert</translation>
    </message>
    <message>
        <source>Weights: {error}</source>
        <translation>Gewichte: {error}</translation>
    </message>
    <message>
        <source>Weights: {id}, {name}, sha256 {sha256}…</source>
        <translation>Gewichte: {id}, {name}, sha256 {sha256}…</translation>
    </message>
    <message>
        <source>Weights: {name}</source>
        <translation>Gewichte: {name}</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>What every key and button of the mouse does</source>
        <translation>Was jede Taste und Maustaste tut</translation>
    </message>
    <message>
        <source>What is behind the surfaces; pictures that are saved have their own</source>
        <translation>Was hinter den Oberflächen ist; gespeicherte Bilder haben ihren eigenen</translation>
    </message>
    <message>
        <source>What is done stays, and is kept next time.</source>
        <translation>Was fertig ist, bleibt und wird beim nächsten Mal übernommen.</translation>
    </message>
    <message>
        <source>What is made up there is no measurement. Better ask for the complete series.</source>
        <translation>Was dort ergänzt wird, ist keine Messung. Besser die vollständige Serie anfordern.</translation>
    </message>
    <message>
        <source>What is odd</source>
        <translation>Auffälligkeiten</translation>
    </message>
    <message>
        <source>What is to be said of this case; Enter flags it with these words, Esc leaves it as it was</source>
        <translation>Was zu diesem Fall zu sagen ist; Eingabe markiert ihn damit, Esc lässt ihn, wie er war</translation>
    </message>
    <message>
        <source>What is {name}?</source>
        <translation>Was ist {name}?</translation>
    </message>
    <message>
        <source>What it changed goes back, as if it had never been drawn; the others stay</source>
        <translation>Was er geändert hat, geht zurück, als wäre er nie gezogen worden; die anderen bleiben</translation>
    </message>
    <message>
        <source>What the brush paints on: anything, what has the HU of where its stroke begins within two standard deviations, or a range of HU</source>
        <translation>Worauf der Pinsel malt: auf alles, auf die HU des Strichanfangs innerhalb von zwei Standardabweichungen oder auf einen HU-Bereich</translation>
    </message>
    <message>
        <source>What the values of the mask are</source>
        <translation>Was die Werte der Maske bedeuten</translation>
    </message>
    <message>
        <source>What they do</source>
        <translation>Was sie tun</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Mausrad</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>While one case is at the network, others are read and written. Each takes memory.</source>
        <translation>Während ein Fall beim Netz ist, werden andere gelesen und geschrieben. Jeder braucht Speicher.</translation>
    </message>
    <message>
        <source>White</source>
        <translation>Weiß</translation>
    </message>
    <message>
        <source>Who accepts, corrects and flags: written beside each decision</source>
        <translation>Wer annimmt, korrigiert und markiert: steht bei jeder Entscheidung</translation>
    </message>
    <message>
        <source>Whole range</source>
        <translation>Ganzer Bereich</translation>
    </message>
    <message>
        <source>Why? Enter flags the case</source>
        <translation>Warum? Eingabe markiert den Fall</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Breite</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fensterung</translation>
    </message>
    <message>
        <source>Window (across) and level (up and down); with the brush, erase</source>
        <translation>Fensterbreite (quer) und -zentrum (auf und ab); mit dem Pinsel: radieren</translation>
    </message>
    <message>
        <source>Window {words}</source>
        <translation>Fenster: {words}</translation>
    </message>
    <message>
        <source>Without this stroke: {edit}</source>
        <translation>Ohne diesen Strich: {edit}</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>Arbeitsstand</translation>
    </message>
    <message>
        <source>Write the earlier scan&apos;s mask into a file</source>
        <translation>Die Maske der früheren Aufnahme in eine Datei schreiben</translation>
    </message>
    <message>
        <source>Write the tables of the cohort and a page that prints, and show it</source>
        <translation>Die Tabellen der Kohorte und eine druckbare Seite schreiben und zeigen</translation>
    </message>
    <message>
        <source>Writing the numbers…</source>
        <translation>Die Zahlen werden geschrieben …</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoomen</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>etwa {time}</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>after</source>
        <translation>nachher</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>beyond the scan</source>
        <translation>außerhalb der Aufnahme</translation>
    </message>
    <message>
        <source>by less than 0.1 ml</source>
        <translation>um weniger als 0,1 ml</translation>
    </message>
    <message>
        <source>cannot be shown: {there}</source>
        <translation>kann nicht gezeigt werden: {there}</translation>
    </message>
    <message>
        <source>confidence {value} (expected Dice)</source>
        <translation>Verlässlichkeit {value} (erwarteter Dice)</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>corrected by hand</source>
        <translation>von Hand korrigiert</translation>
    </message>
    <message>
        <source>corrections</source>
        <translation>Korrekturen</translation>
    </message>
    <message>
        <source>cut</source>
        <translation>angeschnitten</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>every status</source>
        <translation>jeder Status</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>film</source>
        <translation>Film</translation>
    </message>
    <message>
        <source>finish</source>
        <translation>Abschluss</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>Abschluss</translation>
    </message>
    <message>
        <source>first frame</source>
        <translation>erstes Bild</translation>
    </message>
    <message>
        <source>flagged</source>
        <translation>markiert</translation>
    </message>
    <message>
        <source>flare-gui ended before corrections of {name} were saved. The last ones were kept {written}.</source>
        <translation>flare-gui wurde beendet, bevor Korrekturen von {name} gespeichert waren. Die letzten wurden gesichert: {written}.</translation>
    </message>
    <message>
        <source>flare-gui is not a medical device. It is made for research and teaching: do not diagnose or treat with it.</source>
        <translation>flare-gui ist kein Medizinprodukt. Es ist für Forschung und Lehre gemacht: nicht zur Diagnose oder Behandlung verwenden.</translation>
    </message>
    <message>
        <source>headers</source>
        <translation>Kopfdaten</translation>
    </message>
    <message>
        <source>it ended with code {code}</source>
        <translation>er endete mit Code {code}</translation>
    </message>
    <message>
        <source>learning</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>left kidney</source>
        <translation>linke Niere</translation>
    </message>
    <message>
        <source>liver</source>
        <translation>Leber</translation>
    </message>
    <message>
        <source>looking for scans</source>
        <translation>Aufnahmen werden gesucht</translation>
    </message>
    <message>
        <source>made by flare-gui</source>
        <translation>von flare-gui gemacht</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>mask changed by another program</source>
        <translation>Maske von einem anderen Programm geändert</translation>
    </message>
    <message>
        <source>maximum of {mm} mm</source>
        <translation>Maximum über {mm} mm</translation>
    </message>
    <message>
        <source>mean of {mm} mm</source>
        <translation>Mittel über {mm} mm</translation>
    </message>
    <message>
        <source>measuring the network in use</source>
        <translation>das verwendete Netz wird gemessen</translation>
    </message>
    <message>
        <source>measuring the new one</source>
        <translation>das neue wird gemessen</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>new</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>no description</source>
        <translation>ohne Beschreibung</translation>
    </message>
    <message>
        <source>not worth using</source>
        <translation>nicht lohnend</translation>
    </message>
    <message>
        <source>on a slice</source>
        <translation>auf einer Schicht</translation>
    </message>
    <message>
        <source>only in the mask</source>
        <translation>nur in der Maske</translation>
    </message>
    <message>
        <source>only in the reference</source>
        <translation>nur in der Referenz</translation>
    </message>
    <message>
        <source>painting</source>
        <translation>Malen</translation>
    </message>
    <message>
        <source>paused: it goes on where it was, also after the program was closed</source>
        <translation>angehalten: Es geht weiter, wo es war, auch wenn das Programm geschlossen wurde</translation>
    </message>
    <message>
        <source>prepare</source>
        <translation>Vorbereitung</translation>
    </message>
    <message>
        <source>preparing</source>
        <translation>Vorbereitung</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>reading the cases</source>
        <translation>die Fälle werden gelesen</translation>
    </message>
    <message>
        <source>right kidney</source>
        <translation>rechte Niere</translation>
    </message>
    <message>
        <source>shipped</source>
        <translation>mitgeliefert</translation>
    </message>
    <message>
        <source>side?</source>
        <translation>Seite?</translation>
    </message>
    <message>
        <source>slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>somebody</source>
        <translation>jemand</translation>
    </message>
    <message>
        <source>spleen</source>
        <translation>Milz</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>stopping after this step…</source>
        <translation>hält nach diesem Schritt an …</translation>
    </message>
    <message>
        <source>the CPU</source>
        <translation>der CPU</translation>
    </message>
    <message>
        <source>the GPU ({device})</source>
        <translation>der GPU ({device})</translation>
    </message>
    <message>
        <source>the demo scan</source>
        <translation>der Demo-Aufnahme</translation>
    </message>
    <message>
        <source>the disk is full, or the folder cannot be written to</source>
        <translation>die Platte ist voll oder der Ordner nicht beschreibbar</translation>
    </message>
    <message>
        <source>the page</source>
        <translation>die Seite</translation>
    </message>
    <message>
        <source>the process that draws ended without a word</source>
        <translation>der zeichnende Prozess endete ohne ein Wort</translation>
    </message>
    <message>
        <source>the scan</source>
        <translation>die Aufnahme</translation>
    </message>
    <message>
        <source>the surfaces</source>
        <translation>die Oberflächen</translation>
    </message>
    <message>
        <source>these {count} cases</source>
        <translation>diese {count} Fälle</translation>
    </message>
    <message>
        <source>this computer or remote desktop offers no OpenGL.</source>
        <translation>dieser Computer oder Remote-Desktop bietet kein OpenGL.</translation>
    </message>
    <message>
        <source>unpacking</source>
        <translation>Entpacken</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>worth using</source>
        <translation>lohnend</translation>
    </message>
    <message>
        <source>write</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>writing</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>{absent}. Choose it to draw it</source>
        <translation>{absent}. Zum Zeichnen auswählen</translation>
    </message>
    <message>
        <source>{cases} cases: {counts}</source>
        <translation>{cases} Fälle: {counts}</translation>
    </message>
    <message>
        <source>{count} cases to learn from: {corrected} corrected, {accepted} accepted.</source>
        <translation>{count} Fälle zum Lernen: {corrected} korrigiert, {accepted} angenommen.</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>{count} Dateien</translation>
    </message>
    <message>
        <source>{count} masks: {problem}</source>
        <translation>{count} Masken: {problem}</translation>
    </message>
    <message>
        <source>{done} of {total} done, {failed} failed{left}</source>
        <translation>{done} von {total} fertig, {failed} fehlgeschlagen{left}</translation>
    </message>
    <message>
        <source>{edit}. Enter keeps it, Esc takes it back</source>
        <translation>{edit}. Eingabe behält, Esc nimmt zurück</translation>
    </message>
    <message>
        <source>{failed} failed</source>
        <translation>{failed} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{low} to {high} HU from black to white</source>
        <translation>{low} bis {high} HU von Schwarz bis Weiß</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>{name}
{size} voxels
{spacing} mm, {orientation}</source>
        <translation>{name}
{size} Voxel
{spacing} mm, {orientation}</translation>
    </message>
    <message>
        <source>{name} alone</source>
        <translation>Nur {name}</translation>
    </message>
    <message>
        <source>{name} could not be written</source>
        <translation>{name} konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>{name} does not say which organs its values are. Proposed is what lies where the organ lies in most people; look at it before you go on.</source>
        <translation>{name} sagt nicht, welche Organe seine Werte sind. Vorgeschlagen ist, was dort liegt, wo das Organ bei den meisten Menschen liegt; bitte prüfen, bevor es weitergeht.</translation>
    </message>
    <message>
        <source>{name} holds {cases} scans. Which one?</source>
        <translation>{name} enthält {cases} Aufnahmen. Welche?</translation>
    </message>
    <message>
        <source>{name} holds {what}. Which one?</source>
        <translation>{name} enthält {what}. Welche?</translation>
    </message>
    <message>
        <source>{name} is as it was.</source>
        <translation>{name} ist, wie es war.</translation>
    </message>
    <message>
        <source>{name} is there already. Replace it?</source>
        <translation>{name} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>{name} slice</source>
        <translation>Schicht: {name}</translation>
    </message>
    <message>
        <source>{name} slice number</source>
        <translation>Schichtnummer: {name}</translation>
    </message>
    <message>
        <source>{name} that the brush paints on</source>
        <translation>{name}, auf die der Pinsel malt</translation>
    </message>
    <message>
        <source>{name} window</source>
        <translation>Fenster: {name}</translation>
    </message>
    <message>
        <source>{name}: {who} has decided on it meanwhile ({status}); look again.</source>
        <translation>{name}: {who} hat inzwischen entschieden ({status}); bitte noch einmal ansehen.</translation>
    </message>
    <message>
        <source>{number} of {count}: {name} ({status})</source>
        <translation>{number} von {count}: {name} ({status})</translation>
    </message>
    <message>
        <source>{page} and its tables are written.</source>
        <translation>{page} und die Tabellen sind geschrieben.</translation>
    </message>
    <message>
        <source>{path}: cannot be written ({problem})</source>
        <translation>{path}: kann nicht geschrieben werden ({problem})</translation>
    </message>
    <message>
        <source>{path}: there is a file already</source>
        <translation>{path}: Die Datei gibt es schon</translation>
    </message>
    <message>
        <source>{results} of {cases} done, {failures} failed</source>
        <translation>{results} von {cases} fertig, {failures} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{rows} series</source>
        <translation>{rows} Serien</translation>
    </message>
    <message>
        <source>{several} series in {rows} parts</source>
        <translation>{several} Serien in {rows} Teilen</translation>
    </message>
    <message>
        <source>{status} by {reviewer}, {time}</source>
        <translation>{status} von {reviewer}, {time}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
    <message>
        <source>{title} goes on: a preview has to wait for its end.</source>
        <translation>{title} läuft noch: Eine Vorschau muss auf das Ende warten.</translation>
    </message>
    <message>
        <source>{title} goes on: wait for its end, or cancel it first</source>
        <translation>{title} läuft noch: Ende abwarten oder erst abbrechen</translation>
    </message>
    <message>
        <source>{title} goes on: wait for its end, or cancel it in the window&apos;s lower right corner.</source>
        <translation>{title} läuft noch: Ende abwarten oder unten rechts im Fenster abbrechen.</translation>
    </message>
    <message>
        <source>{title} panel</source>
        <translation>Bereich: {title}</translation>
    </message>
    <message>
        <source>{title} tools</source>
        <translation>Leiste: {title}</translation>
    </message>
    <message>
        <source>{title} was cancelled. {written} were complete in {folder}: {names}</source>
        <translation>{title} wurde abgebrochen. Vollständig in {folder}: {written}: {names}</translation>
    </message>
    <message>
        <source>{title}: cancelled, nothing was changed</source>
        <translation>{title}: abgebrochen, nichts wurde geändert</translation>
    </message>
    <message>
        <source>{title}: cancelled, nothing was written</source>
        <translation>{title}: abgebrochen, nichts wurde geschrieben</translation>
    </message>
    <message>
        <source>{what} of the {name}</source>
        <translation>{what}: {name}</translation>
    </message>
    <message>
        <source>{what}. Stop it and quit? {kept}</source>
        <translation>{what}. Anhalten und beenden? {kept}</translation>
    </message>
</context>
</TS>
